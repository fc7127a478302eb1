"""Video files: the recording with its parts, clips, and everything that makes one MP4 file.

Used by `channel`, which feeds them on its ingest or encode thread. The doors are `recording` and `clip`. Reports and
outcomes come from the files' writer threads.

    recording, clip ─▶ file_sequence ─▶ video_file ─┬▶ direct_mp4 (our writer) ─┬▶ fragment_buffer ─▶ storage.durable
                                                    └▶ mp4 (FFmpeg's muxer) ────┘
"""
