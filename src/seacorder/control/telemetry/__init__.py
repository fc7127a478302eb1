"""Survey data as control knows it: the worker that reads the instruments, the newest readings, and their history.

`telemetry` is the way in. Used by `recorder`, `alarms` and `status`, on the event loop.
"""
