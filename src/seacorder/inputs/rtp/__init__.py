"""RTP: packets, RTCP and session descriptions, and how pictures and sound are taken out of payloads.

Used by `inputs.rtsp`, on a channel's ingest thread. Most of it is pure: bytes in, access units and counts out.
"""
