"""Our own API under `/api/v1`: its routes, what it reads and what it answers; docs/reference/api-v1.md.

Used by `api.inspector`, which serves it beside the Inspector commands. `routes` is the door; `views` and `times`
are pure.
"""
