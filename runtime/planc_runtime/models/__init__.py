"""Where answers come from. Modules, from the ground up:

base           the protocol the executor uses, the operator's settings
retry_after    when a provider may be asked again
storable       texts that no file can hold
strict         schemas in the strict subset, answers back in their own form
structured     asking for JSON three ways, reading what comes
abilities      what an endpoint turned out to understand
wire           a request as the protocol's arguments
schema_tools   tool calls for models that cannot make them
completion     an endpoint's answer, read from its bytes
failure        what goes wrong with models, with its code
outcome        the one place that makes answers and failures
prices         what a call costs
openai_client  the client library, and nothing but
endpoint       a Chat Completions endpoint as a source of models
checks         what an endpoint can do, for `planc doctor`
embedded       a small real model in a process of its own
configured     which model answers which name
"""
