"""Plan files on disk: found, read, compiled, rewritten, mended, approved, exchanged with other systems."""
