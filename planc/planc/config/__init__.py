"""The operator's settings, each with the place it came from: flag > environment > `.env` > user configuration.

dotenv    reads `.env` of the working directory: provider and planc variables only
userfile  reads `~/.config/planc/config.toml`
settings  puts the sources together; a base URL is only used with a key from the same source
models    the settings as the runtime's model configuration
"""
