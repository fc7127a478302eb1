"""Our own API under `/api/v1`; docs/programs/api.md.

`routes` is the door and lists every route in one table. What answers stands in the module of its noun: `commands`,
`settings`, `dive_context`, `rows` (what was recorded), `events`, `readings` and `definitions` (survey data).
`listeners` serves programs that listen over a WebSocket. `view`, `status_views` and `settings_views` are pure: they
turn values of the model into answers. Used by `api.inspector`, which serves these routes beside the Inspector commands;
on the event loop.
"""
