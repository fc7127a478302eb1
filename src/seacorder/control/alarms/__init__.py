"""What is wrong just now: rules (`rules`, pure), the alarms that stand (`alarms`), and looks at disks (`volumes`).

A new alarm: its word in `model.alarm`; what to do and what its end says in `actions`; its finding in `rules`. What a
rule knows is the `Scene`, which `alarms` fills.

Used by `recorder`, `status`, `housekeeping` and `worker_reports`, on the event loop.
"""
