"""Whether pictures that come are frozen or black.

Used by the assembly. `watch` is a thread of low priority that decodes a keyframe now and then (`luma`) and never holds
up the ingest thread; `judge` is pure. See docs/design/pictures.md.
"""
