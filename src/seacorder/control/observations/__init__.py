"""What an inspector notes: observations, from one press of a key to the row of a report.

Used by `recorder` and the rooms above, in the control process, on the event loop; files are written in threads.

| module | what it does |
|---|---|
| `book` | enters, closes, revises and withdraws; one history for each observation |
| `automatic` | enters by rules on readings, and at a set interval |
| `kinds` | what can be entered: those of the settings file and those that clients have set |
| `numbers` | the next number of a dive and class |
| `places` | where an instant is in each channel's files |
| `file_paths` | where the file of an observation is to be made |
| `files` | the JSON file of each, durable at once, tried again while a disk refuses |
| `made` | stills and clips that follow an observation by themselves |
| `sources` | readings and context, as far as there are any |
"""
