"""Survey data: position, depth, heading and whatever else instruments send, read beside the pictures.

`framing` cuts the bytes that came into records; `definitions` says what a record means. Both are pure.

What reads the instruments and writes the logs is to come. It will run in a worker process of its own, on that worker's
threads: an instrument that hangs, or sends nonsense, must stop no channel. The control process never imports this
folder: it starts the worker as it starts the others, by a line of text, and hears from it through `model.report`. The
command line does, for `seacorder telemetry try`.
"""
