"""Where survey data comes from: UDP, TCP, serial lines, logs that are played, the simulator.

Used by `telemetry.assembly` and `telemetry.reader`; each source runs on a thread of its own. `contract` says what each
must do, `open` makes one from its address.
"""
