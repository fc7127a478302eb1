"""Talking to the workers of all channels: commands, heartbeats, narration, the text over the pictures, encoders.

The only room of `control` that sends commands; everything goes through `supervisor`. On the event loop.
"""
