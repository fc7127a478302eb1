"""Work that has to read recorded files: their examination and repair, and rebuilding the catalogue from them.

Used by `recorder` and `recording`, on the event loop. The files are read by `evidence`, in a process of its own that is
started through `supervisor`.
"""
