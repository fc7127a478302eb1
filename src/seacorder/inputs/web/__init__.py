"""Cameras over HTTP that send MJPEG, read with Python's HTTP client. Whatever else they send, FFmpeg reads.

Used by `inputs.open` on a channel's ingest thread.
"""
