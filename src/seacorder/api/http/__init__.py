"""HTTP without any command: listening, connections and their limits, who may ask, which command a path means, reading
bodies, answering errors.

Used by the rest of `api`; runs in the control process, on the event loop.
"""
