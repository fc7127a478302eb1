"""Narration: the worker that reads the sound device, and how its sound gets into each channel.

`narrator` and `encoder` run in the narrator's own process; `link` carries the sound over a local port; `placement`
gives it its place beside a channel's pictures. See docs/design/audio.md.
"""
