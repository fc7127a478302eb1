"""Pictures that must be encoded: from the source's packets through decoder, overlay and encoder to packets again.

Used by the channel's assembly. `stage` is the door: packets go in on the ingest thread, everything behind the bounded
`frame_queue` runs on the encode thread, and what comes out enters the channel as a camera's packets do. A channel whose
pictures pass through has no encode thread. `load`, `frame_rate_grid` and `decision` are pure.
See docs/design/encoding.md.
"""
