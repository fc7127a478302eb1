"""One channel's worker process: input, timeline, backlog, sinks.

Run as `python -m seacorder.channel` by the supervisor and by nobody else; the control process never imports it.
Threads: `main` reads commands, `ingest` reads the input and feeds the sinks, `heartbeat` reports; each sink has a
writer thread of its own for the disk. `Channel` is entered by one of the first three at a time, under one lock.
"""
