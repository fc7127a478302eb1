"""What is wrong just now: the rules, the alarms that stand, and the volumes that are looked at for them.

Used by `recorder`, `status` and `housekeeping`, on the event loop. `rules` is pure.
"""
