"""What the operator does: recordings, clips, framegrabs, settings and events, over all channels at once.

Runs in the control process, in its one event loop; `recorder.Recorder` is the door that `api` and `cli` use, and no
other module in here is for them, `events.EventLog` apart. Workers are reached through `supervisor` alone; worker code
and the media library are never imported.
"""
