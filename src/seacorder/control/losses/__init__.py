"""What recordings miss. `loss_book` has all losses; `worker_gaps` and `resumption` find those that no worker can see.

Used by `recording`, by the recorder and by what reads workers' reports, on the event loop. Nothing here waits for a
disk, but `LossBook.list_holes_behind`, which asks the catalogue from a thread.
"""
