"""Keeps worker processes alive: starts them, watches their heartbeats, starts them again when they end, and stops them.

Used by `control` and put together by `cli.serve`; runs in the control process, in its event loop, and never blocks it.
It knows workers only as command lines (`python -m …`) and never imports their code, so a crash in a codec ends one
worker. `guardian` is a program of its own, the parent of the control process, and so is `fork_server`, which imports
that code to fork itself for each worker. docs/design/processes.md has the theory.

Begin with `state` (a worker's life), then `worker` (one worker over all its runs) and `process` (one run).
"""
