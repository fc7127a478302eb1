"""Survey data: position, depth, heading and whatever else instruments send, read beside the pictures.

Empty until it is built; nothing imports it yet. It is to hold what reads the instruments (serial lines, UDP, TCP),
parses what they send into *readings*, and writes the data logs.

It will run in a worker process of its own, on that worker's threads: an instrument that hangs, or sends nonsense, must
stop no channel. Only the command line that starts that worker will import it. The control process never does: it
starts the worker as it starts the others, by a line of text, and hears from it through `model.report`.
"""
