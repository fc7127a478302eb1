"""The SQLite index of what was recorded: recordings, parts, clips, framegrabs, losses, events, settings.

Used by `control` (writes and queries), `api` (queries) and the command line (queries); runs in the control process
with one writer thread of its own. The files are the truth: this index can be lost and made again from them.
"""
