"""The settings file: its schema, how it is loaded, sentences on what is wrong with it, the commented sample.

    load: file ─▶ variables over it ─▶ schema (values, one by one) ─▶ clashes (values together) ─▶ Settings
                                             └────────── faults, in sentences ──────────┘

`cli` loads it once and hands each part what it needs: `api` gets `ServerSettings`, workers and `control` get values of
`model`. Runs in the control process and in the commands, never in a worker.
"""
