"""Losses that only the control process can see: a worker or the whole program ended, and what its recording misses.

Used by `recording`, on the event loop. Functions and classes of values; the catalogue is told by `recording`.
"""
