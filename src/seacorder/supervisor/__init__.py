"""Keeps worker processes alive: starts them by the worker table, watches their heartbeat, restarts and stops them.

Used by `control` and composed by `cli.serve`; runs in the control process, in its event loop, and never blocks it.
It knows workers only as text (`python -m …`) and never imports their code: a crash in a codec ends one worker.
The theory is in docs/design/processes.md.
"""
