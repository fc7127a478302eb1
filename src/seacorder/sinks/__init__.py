"""Where pictures go: recordings, clips, framegrabs and the page's small pictures.

Used by `channel` alone, inside a channel's worker. One thread feeds a sink. Packets are only queued for the disk, so
writing one does not wait for it; beginning a new file does, for about a second at most (`video.recording` says when).
Reports and outcomes come from the files' writer threads or from a framegrab's own thread.
"""
