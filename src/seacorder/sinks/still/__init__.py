"""Stills and the page's small pictures: one frame, decoded and written as JPEG.

Used by `channel`; a still has a thread of its own.
"""
