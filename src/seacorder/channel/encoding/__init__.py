"""Pictures that must be encoded: from the source's packets through decoder, overlay and encoder to packets again.

Used by the channel's assembly. `stage` is the entrance: it is called on the ingest thread; everything after the bounded
`frame_queue` runs on the encode thread (`thread` → `pipeline` → `pictures`, `decoder` → `encode_step` → `encoder`),
which delivers its packets to the channel as if they came from a camera. A channel whose pictures pass through has no
encode thread. Nothing here imports the channel: `channel_side` has the protocols of what is needed of it. `load` and
`frame_rate_grid` are pure. See docs/design/encoding.md.
"""
