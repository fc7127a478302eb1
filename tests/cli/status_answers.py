"""A status as a recorder answers it, for the tests of what is made of it."""

CHANNEL = {
    "index": 0, "name": "Bow", "address": "rtsp://***@10.0.0.5/s", "state": "live", "since_utc": "t", "reason": None,
    "is_recording": True, "recording_seconds": 61.5,
    "picture": {"codec": "h264", "width": 1920, "height": 1080, "frame_rate": 25.0, "audio_codec": None},
    "bits_per_second": 8_000_000, "losses": 2, "restarts": 0, "queued_bytes": 0,
    "recording": {"path": "/data/bow.mp4", "number": 1, "frames": 1500, "bytes_stored": 7, "fault": None},
    "clip": None,
}
STERN = CHANNEL | {"index": 1, "name": "Stern", "state": "failed", "reason": "The camera refused the password.",
                   "is_recording": False, "picture": None, "recording": None}
STATUS = {
    "utc": "t", "version": "0.1.0", "is_recording": True, "is_clip_recording": True, "recording_id": "r1",
    "recording_seconds": 3661, "channels": [CHANNEL, STERN],
    "volume": {"path": "/data", "total_bytes": 100, "free_bytes": 50, "free_percent": 50, "seconds_left": 7200.0},
}
