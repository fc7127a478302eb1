"""The picture process of a group: decodes for its channels, so that no picture is ever decoded in the group itself.

The first is a fork of the group (`early_fork`), the next ones are run as `python -m seacorder.channel.pictures` by
`client`, which is in the group's process. It gets whole groups of pictures over a pipe (`jobs`), and answers with what
was seen or with a JPEG; it opens no file. If it ends or hangs, that look or that still is lost, recording is not
touched, and the next picture is decoded by a new one.
"""
