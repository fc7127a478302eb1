"""The settings: schema, loading, explaining what is wrong with them, the commented sample file.

Used by `cli`, which loads them once, and by `api`, `supervisor` and `control`, which are handed the part that they
need. Runs in the control process and in the commands; never in a worker, which gets `model.channel.ChannelSettings`.
"""
