"""The boxes of MP4 files (ISO/IEC 14496-12) as plain values: read, checked and written without FFmpeg.

Used by `evidence`, which must find the readable rest of a damaged file where FFmpeg's reader gives up, and by `sinks`,
which make the fragments and the index of H.264 and H.265, and correct the index that FFmpeg makes. Any thread may
call; nothing blocks, except that `scan` reads from the file that it is given.

| module | boxes |
|---|---|
| `boxes` | any box; everything else is made of these |
| `fragments` | `moof` and the `mdat` after it: a file that is being written |
| `fragment_maker` | the same, made |
| `scan` | all whole fragments of a file, whatever damage lies between them |
| `chains` | of these the ones that are at their places, where damage left copies or fragments of other files |
| `index` | `moov` with its sample tables: a closed file |
| `sample_table`, `index_maker` | the same, made |
| `text_track` | a track of timed text |
| `samples` | all samples of a closed file with their times |
| `cut` | a stretch of a file as a file of its own |
| `metadata` | texts by key |
| `start_time` | the UTC at which the file's time begins |
| `sound_begin` | the edit list that says when the sound begins |
| `tracks` | the description of a track, from a header or an index |
"""
