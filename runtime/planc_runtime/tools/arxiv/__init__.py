"""The client side of arXiv's API: a query in its language, an answer read from Atom.

terms  what well-known words mean on arXiv: subject categories and abbreviations
query  free words → arXiv's query language
atom   an Atom answer → papers
"""
