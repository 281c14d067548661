"""A local Atom feed that speaks arXiv's API, for machines without a network.

It answers from real records (see records.json for their source and licence) through HTTP on the loopback interface, so
that `arxiv_search` works as it does with arXiv itself.

grammar  arXiv's query language → a predicate over records
atom     records → an Atom answer
server   start_feed() and arxiv_reachable()
"""
