"""The `seacorder` command: `serve`, which is the recorder, and commands that look after files and talk to it.

`main` declares every command; what it does stands in a module beside it. `serve` is the only place where the parts of
the recorder are put together. Heavy modules are imported inside the commands, so `seacorder --help` is quick and no
client command loads a codec. Runs in a process of its own; `serve` becomes the control process.
"""
