"""Where pictures go: recordings, clips, framegrabs and the page's small pictures.

Used by `channel` alone, inside a channel's worker. A sink is fed from one thread and never waits for a disk; what it
has to say (reports, outcomes) comes from its files' writer threads or from a framegrab's own.
"""
