"""Talks to the workers of all channels: commands, heartbeats, narration, the text over the pictures, encoders.

Used by all rooms above it, on the event loop. Commands to channels' workers go through `commands.ChannelWorkers`, which
hands them to `supervisor`.
"""
