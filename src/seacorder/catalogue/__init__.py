"""The SQLite index of what was recorded: recordings, parts, clips, framegrabs, losses, events, and clients' settings.

    control ─▶ Catalogue ─▶ Pending (in memory) ─▶ Writer (a thread) ─▶ the file ─▶ AccountWriter (a thread) ─▶ account
    files control, api, command line ◀─ Queries (any thread, a connection for each call)

The recorded files and the account files beside them are the truth: the index can be lost and rebuilt from them. Used by
`control` (writes and queries), `api` (queries through the recorder) and the command line (queries, rebuilding). Runs in
the control process, with the two threads above.
"""
