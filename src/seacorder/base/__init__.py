"""What every other folder needs: clock, errors, the pipe to workers, logging, background work, shutdown.

Used by every folder, in every process; it imports the standard library only. Workers must stay small, so modules that
they import load asyncio only where there is an event loop.
"""
