"""What the operator does: recordings, clips, framegrabs, settings and events, over all channels at once.

`api` and `cli` use `recorder.Recorder` and, to follow what happens, `events.EventLog`. Commands of `cli` that need no
running recorder also use the pure rules of `settings` and `losses`, and the encoder probe. All of it runs in the
control process, in its one event loop. Workers are reached through `supervisor` alone: the control process never
imports worker code or FFmpeg's libraries.

The rooms form a tower. Each imports only from rooms below it, never from its own line; the import contracts in
`pyproject.toml` enforce that.

| room | what it does |
|---|---|
| `recorder` | puts the others together, starts and stops them; a method for each command and question |
| `status`, `housekeeping`, `worker_reports` | the state as one value; what is done every second; who hears a report |
| `alarms` | what is wrong just now |
| `observations` | what an inspector notes: with readings, places, stills and clips |
| `recording` | master start and stop, clips, stills, changes of encoding, recovery after an unexpected end |
| `losses` | frames that are missing: one book |
| `context` | what the rooms above it share: clock, workers, catalogue, journal, settings |
| `settings` | the settings in force, names of files |
| `workers`, `files` | commands and heartbeats; examination of files, rebuilding of the catalogue |
| `events` | what happened: for the log, the catalogue and whoever follows |
"""
