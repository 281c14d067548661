"""MCP servers as tools (the extra `planc[mcp]`): https://modelcontextprotocol.io.

server      what the operator says about a server
connection  a connection that is opened when it is first used, in whichever loop uses it
tool        the tools of a server: their definitions, pinned, and their calls
"""
