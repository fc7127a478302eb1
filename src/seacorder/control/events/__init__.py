"""What happened. The journal writes each event into the event log (in memory), the catalogue and the program's log.

Used by all of `control`, on the event loop; `api` follows `log.EventLog`.
"""
