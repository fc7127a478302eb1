"""Reads recorded files back: examines them, repairs interrupted and damaged ones, rebuilds the catalogue from them.

Used by the command line (`check`, `repair`, `catalogue rebuild`) and as a worker of its own, `python -m
seacorder.evidence`, for files that an unexpected end has left. Never imported by the control process: a damaged file
must not be able to crash it. Everything here may block for as long as the disk takes.

| module | question |
|---|---|
| `layout` | is the file closed, and if not, which of its fragments are readable? |
| `siblings` | the file's description of its tracks is gone: which other file's fits? |
| `pieces`, `opening` | how does FFmpeg read only the readable part? What does the note say? Where was the file moved? |
| `shape`, `damage` | does a packet look like what an encoder makes? What is missing, from when to when? |
| `hidden` | do the fragments inside a closed file agree with its index? |
| `inspect` | quick: what is the file, how many frames, up to when? |
| `frame` | one frame of a file, as a JPEG |
| `check` | thorough: reads every packet, and decodes on demand |
| `repair`, `original` | makes a whole file of it; how the repair takes the file's place |
| `rebuild` | all rows of a catalogue, from the files and accounts in folders |
| `completion` | a worker of its own, without FFmpeg: makes a folder complete (docs/design/evidence.md) |
| `folder_contents`, `hashing`, `manifest` | what is in the folder, with which SHA-256? |
| `statements`, `index_page` | what is said of it, for programs and for people |
| `signing`, `custody` | signs the manifest; notes that in the folder |
| `export` | a worker of its own, without FFmpeg: makes bags (docs/programs/export.md) |
| `bag`, `whole_files`, `cut_files` | the ZIP, and what goes into it |
| `cutting`, `excerpts` | a stretch of a video, and of what lies beside it |
| `bag_check` | what is different when a bag is verified |
| `verify`, `verify_source` | is a folder, or a copy of it, as it was recorded? |
"""
