"""Sources that FFmpeg reads: files, streams over the network, capture devices, and RTSP where its own client is chosen.

Used by `inputs.open` and, for streams over HTTP, by `inputs.web`; on a channel's ingest thread. `discovery` lists
devices for the command line.
"""
