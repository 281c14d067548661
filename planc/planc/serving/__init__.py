"""`planc serve`: the runtime's server with this installation's compiler, models, tools and rights behind it.

pictures     plans and estimates as the API's shapes
differences  two plans as one graph, and what changed, as the API's shapes
report       one run as one self-contained HTML file
"""
