"""The REST server and its live page.

guard      who may talk to it: token, Host and Origin, sizes, times, security headers
problems   errors as application/problem+json, with the compiler's diagnostics
shapes     what the API answers, as pydantic models; diff_shapes those of two plans side by side
openapi    the document that is made of them
workbench  what the front door hands in: compiling, planning, executing (the runtime never imports the compiler)
service    the runs and their readers, on two event loops
supervisor the runs that this process executes
readers    who follows runs; feed, bell: events of a run, read once for all of them
views      store and journal → shapes
app        the application; its routes are in run_routes, act_routes, stream and plan_routes
page/     the live page: plain ES modules, no build step
"""
