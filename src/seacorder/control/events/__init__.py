"""What happened: the event log in memory, and the journal that writes each event into log, catalogue and event log.

Used by all of `control`, on the event loop; `log.EventLog` is also what `api` follows.
"""
