"""Files on disk: their names, the folders they may be in, the durable file, the room on a volume, exchanged volumes.

Used by sinks (in a channel's worker), evidence, catalogue, control and the command line. Standard library only.

| modules | do | block? |
|---|---|---|
| `names`, `reserve`, `write_order` | decide; pure | no |
| `durable` over `disk_writer`, `disk` | write one file, on a writer thread of its own | only `create`: 0.25 s at most |
| `volume_room` | watches a folder's volume, on a thread of its own | only the first question: 0.25 s at most |
| `two_volumes` | decides between a folder and the fallback folder, by two `volume_room`s | as these |
| `account_file`, `allowed_folders`, `file_lock`, `volumes`, `volume_memory` | call the file system | yes |
"""
