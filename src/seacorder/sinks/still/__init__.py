"""Stills and the page's small pictures: one frame, decoded and written as JPEG.

Used by `channel`. A still is made on a thread of its own; the page's small picture on the caller's.
"""
