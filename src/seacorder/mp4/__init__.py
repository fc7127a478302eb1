"""The boxes of MP4 files (ISO/IEC 14496-12) as plain values: read, checked and written without FFmpeg.

For `evidence`, which must find what is readable behind damage where FFmpeg's reader gives up, and for `sinks`, which
mend the index of a file before it goes to the disk. Any thread; nothing here blocks, except that `scan` reads from the
file that it is given.
"""
