"""Reads records by definitions: `Interpreter` says what a record means, or why it is refused. Pure; on any one thread.

Used by `telemetry.sources` and by `seacorder telemetry try`. The definitions themselves are values of
`model.definition`. A refused record changes no value. The one thing that can take long is a regular expression of the
settings file, which Python cannot interrupt; `Interpreter.evaluating` names it meanwhile.
"""
