"""Video files: the recording with its parts, clips, and everything that makes one MP4 file.

Used by `channel`, fed on the ingest or encode thread. `recording` and `clip` are the doors; what they have to say comes
from their files' writer threads.
"""
