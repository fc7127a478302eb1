"""Cameras over HTTP: MJPEG and single pictures, read with an HTTP client of our own.

Used by `inputs.open`, on a channel's ingest thread. What is no MJPEG is handed to `inputs.ffmpeg`.
"""
