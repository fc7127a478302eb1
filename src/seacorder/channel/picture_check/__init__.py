"""Whether pictures that come are frozen or black.

Used by the assembly. `watch` is a thread of low priority that looks at a keyframe now and then and never holds up the
ingest thread. `glance` decodes no more of it than is needed (`luma`, `upper`); `judge` is pure. See
docs/design/pictures.md.
"""
