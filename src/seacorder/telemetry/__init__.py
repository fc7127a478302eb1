"""Survey data: position, depth, heading and whatever else instruments send, read beside the pictures.

Run as `python -m seacorder.telemetry` by the supervisor, one process for all sources; the control process never imports
it, and gets readings and status as values of `model`. An instrument that hangs or sends nonsense, and a definition that
takes for ever, stop no channel. `assembly` builds the parts, `worker` is their life. The command line uses `framing`
and `definitions`, which are pure, for `seacorder telemetry try`.

    source ─▶ reader ─▶ inbox ─▶ intake: raw log · framing · definitions ─▶ latest ─▶ outbox ─▶ control

Threads: one for each source, which reads it (`reader`); the main thread, which does all the rest; `orders` reads
commands; `outbox` sends reports.
"""
