"""Our own API under `/api/v1`; docs/programs/api.md.

`routes` is the door and lists every route in one table. What answers stands in the module of its noun: `commands`,
`settings`, `rows` (what was recorded), `events`. `view`, `status_views` and `settings_views` are pure: they turn values
of the model into answers. Used by `api.inspector`, which serves these routes beside the Inspector commands; on the
event loop.
"""
