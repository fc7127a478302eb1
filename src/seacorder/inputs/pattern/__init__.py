"""The test pattern: pictures that this program makes itself, with a strip that tests can read back.

Used by `inputs.open`, on a channel's ingest thread.
"""
