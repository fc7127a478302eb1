"""What is wrong just now: rules (`rules`, pure), the alarms that stand (`alarms`), and looks at disks (`volumes`).

Used by `recorder`, `status`, `housekeeping` and `worker_reports`, on the event loop.
"""
