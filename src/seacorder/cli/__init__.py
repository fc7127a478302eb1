"""The `seacorder` command: `serve`, which is the recorder, and commands that look after files and talk to it.

`serve` is the only place where the parts of the recorder are put together. Everything heavy is imported inside the
commands, so that `seacorder --help` is quick and a client command never loads a codec.
"""
