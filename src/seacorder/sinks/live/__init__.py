"""The live view's stream: the packets that are recorded, as fragmented MP4 for browsers. Nothing is encoded here.

Used by `channel.live`, on a thread of its own, while somebody looks. It writes no file.
"""
