"""Files that need somebody to read them: examined and repaired, or the catalogue made again from them.

Used by `recorder` and `recording`. The reading itself runs in a process of its own, started through the supervisor.
"""
