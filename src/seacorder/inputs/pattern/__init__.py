"""The test pattern: pictures that the recorder draws itself, with a strip from which tests read each frame's number.

Used by `inputs.open` on a channel's ingest thread; by tests, which draw and read pictures of their own.
"""
