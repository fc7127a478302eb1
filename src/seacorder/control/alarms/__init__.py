"""What is wrong just now: rules (`rules`, pure), the alarms that stand (`alarms`), and looks at disks (`volumes`).

A new alarm: its word in `model.alarm`; in `rules` its remedy (`REMEDIES`) and its finding. What a rule knows is the
`Scene`, which `alarms` fills.

Used by `recorder`, `status`, `housekeeping` and `worker_reports`, on the event loop.
"""
