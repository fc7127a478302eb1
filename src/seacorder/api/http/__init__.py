"""What both services share around their commands: listeners and connections, who may ask, which command a path means,
how a body is read and how an error is answered.

Used by the rooms beside it in `api`, in the control process, on the event loop. Knows no command.
"""
