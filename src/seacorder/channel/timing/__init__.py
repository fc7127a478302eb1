"""The times of each packet: media time for its file, capture time on the monotonic clock and in UTC.

`timeline` is the entrance; it uses `track_times` (what one stamp is worth), `clock_watch` (whether the source's clock
can be believed) and `clock_offset` (media time to monotonic time). `connection_clock` keeps what is known about a
connection's clocks, for the width of holes and for the anchors of files. Used by the channel on the ingest thread,
under its lock; narration uses `clock_offset` for a sound card. Pure: no clock, socket or file in here. The theory is in
docs/design/time.md.
"""
