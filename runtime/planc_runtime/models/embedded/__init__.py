"""A small real model in a process of its own, for everyone without a key or an endpoint.

catalogue  the weights planc knows: names, sizes, SHA-256, where the same bytes lie
cache      the folder of weights, each file named by the SHA-256 of its bytes
progress   what a long fetch tells while it goes on
hub        one source: the model hub
packages   another source: the same bytes in parts, inside packages of the package index
pull       tries the sources in order; a file gets its name only when its hash is right
serve      the child process: the engine, serving Chat Completions on loopback
engine     the parent's side: starts the child when it is needed, notices its end, ends it with us
grammar    schemas that the engine keeps only as a grammar
model      `ports.Model` over the engine
doctor     what is there and what is missing, for `planc doctor` and `planc model ls`
"""
