"""The live view's side in the control process: who looks at which channel, and each viewer's queue.

Used by `recorder` and `worker_reports`, in the event loop. It hands on what the workers make, once for all viewers of a
channel, and never looks into it.
"""
