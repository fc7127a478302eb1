"""Our own RTSP client: the connection, the requests and answers on it, and the camera as an input.

Used by `inputs.open`, on a channel's ingest thread. `camera` is the door. The reasons are in docs/design/rtsp.md.
"""
