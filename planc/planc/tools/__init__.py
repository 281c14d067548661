"""Where tools come from: built in, installed, named, trusted, or an MCP server's."""
