"""A channel's live view: hands its pictures out while somebody looks, and costs nothing otherwise.

Used by `channel`. The pictures come under the channel's lock and are only put into a queue there; a thread of the
lowest importance makes a stream of them and sends it to the control process. What it cannot send in time is dropped.
"""
