"""Sources that FFmpeg reads: files, streams over the network, capture devices, and RTSP where its own client is chosen.

Used by `inputs.open` on a channel's ingest thread. Every input here opens an FFmpeg container and hands it to `tracks`,
which chooses video and sound and makes packets of the contract. `discovery` lists devices for the command line.
"""
