"""Where each frame lies on the clocks: the source's times mended, and laid onto the monotonic clock and UTC.

Used by `channel` on the ingest thread. Pure: no clock, socket or file in here. The theory is in docs/design/time.md.
"""
