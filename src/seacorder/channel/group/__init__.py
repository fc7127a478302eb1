"""A process in which several channels run that pass their pictures through: a group.

`python -m seacorder.channel` becomes one where its standard input is a door; the supervisor's `shared_process` starts
it so. `worker` is the process: it takes the channels in as they come through the door. `member` is one channel's life
in it. `membership` decides which sources may stay: what is encoded, or read by a C
library, may not.

Each channel has its own pipes, command thread, outbox and files, as in a process of its own, and an ingest thread that
connects and then waits. Shared are the loop that reads all connections in turn (`channel.burst_loop`), the heartbeats'
thread (`channel.pulse`) and the collector of garbage. No picture is decoded here for anybody to see or judge: that is
done by the picture process (`channel.pictures`), a child of this one. FFmpeg reads parameter sets here and makes the
heads of files. docs/design/processes.md has the reasons.
"""
