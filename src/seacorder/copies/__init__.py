"""Copies recorded files to other places, and reads them back: folders on other disks, and S3 buckets.

A process of its own for each target, `python -m seacorder.copies`, which lets every other one go first. The control
process never imports it and never touches a target itself: a network folder that hangs holds this process alone. The
command line uses `bucket_source` to verify a copy in a bucket. Everything here blocks for as long as disk and network
take.

| module | question |
|---|---|
| `contract` | what must a place be able to do, and what can be wrong with it? |
| `folder_place`, `bucket_place` | how is it done in a folder, and in a bucket? |
| `source_file` | reads an original, with its SHA-256, no faster than allowed |
| `file_copy` | one file: sent, read back, put in its place |
| `folder_copy` | a folder: its whole files, or all of it with manifest, signature and custody |
| `removal` | a process of its own, `python -m seacorder.copies.removal`: proves copies, and removes their original |
| `bucket_copy` | is all of a recording in a bucket? |
"""
