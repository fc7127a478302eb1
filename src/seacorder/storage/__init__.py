"""Files on disk: their names, the folders they may be in, the durable file, free space.

Used by sinks (in a channel's worker), evidence and control. Standard library only. `names` is pure; `directories` and
`space` make short file system calls in the caller's thread; a durable file has one writer thread of its own, so
that whoever writes into it never waits for a disk.
"""
