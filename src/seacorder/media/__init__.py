"""What inputs, sinks and channels need of FFmpeg's libraries: formats, packets, AAC, JPEG, the decoder of stills.

Used inside workers only, by `inputs`, `sinks`, `channel` and `evidence`. Nothing here opens a source or a file.
"""
