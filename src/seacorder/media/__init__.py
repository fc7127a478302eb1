"""What inputs, sinks and the channel need of FFmpeg's libraries: formats, parameter sets, JPEG, the decoder of stills.

Used inside workers only, by `inputs`, `sinks`, `channel` and `evidence`. Nothing in here opens a source or a file.
"""
