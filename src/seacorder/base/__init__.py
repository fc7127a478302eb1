"""What everything stands on: clock, errors, pipe, logging, shutdown.

Used by every folder, in every process. Standard library only.
"""
