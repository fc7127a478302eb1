"""Whether a picture that comes is frozen or black.

Used by the worker. One thread at low priority decodes a keyframe now and then; it never holds up the ingest thread.
"""
