"""Cuts the bytes of a source into records. Sans-I/O: bytes and instants in, records out.

Used by `telemetry.sources`, on its threads, and by `seacorder telemetry try`. Any cutting of the bytes gives the same
records. Nothing is lost without being counted: a byte is in a record, or part of what separates records, or noise.
"""
