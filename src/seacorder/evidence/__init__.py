"""Reads video files back: what they are, how many frames they hold, and makes indexed files of interrupted ones.

Used by the command line (`check`, `repair`) and as a worker of its own, `python -m seacorder.evidence`, for files that
an unexpected end has left. Never inside the control process: a damaged file must not be able to harm it. Blocks on
disks freely.
"""
