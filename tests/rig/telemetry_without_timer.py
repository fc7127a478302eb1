"""The telemetry worker as it is on a system without timers: only the watch over hung workers ends a runaway there."""

import signal

from seacorder.telemetry.__main__ import main

if __name__ == "__main__":
    del signal.setitimer
    main()
