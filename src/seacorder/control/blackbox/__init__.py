"""The blackbox in the control process: which files it holds, how long they stay, and how a stretch of it is kept.

Used by `recorder`, `alarms`, `status` and `worker_reports`, on the event loop; what touches its disk runs in threads,
so a disk that hangs holds up nothing else. `blackbox` is the way in, `holdings` what is there, `limits` (pure) what
goes, `needs` the door for those who still need something, `keeping` makes recordings of stretches.
"""
