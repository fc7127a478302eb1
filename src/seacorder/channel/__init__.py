"""One channel's worker process: input, timeline, backlog, sinks.

Run as `python -m seacorder.channel` by the supervisor and by nobody else; the control process never imports it. The
narrator is run in the same way, with a sound device as its input. `assembly` builds the parts, `worker` is their life.

Threads: the main thread reads commands; `ingest` reads the input and feeds the channel; `heartbeat` reports and notices
what did not happen; `outbox` sends the reports; each file has a writer thread for the disk. Where they are needed:
`encode` decodes and encodes, `picture watch` looks at keyframes, `capture` and `voice` are the narrator's, `ear` hears
it; a still and a small picture are decoded on a thread of their own. They all meet in `Channel`, under its one lock.
"""
