"""The settings in force: what is accepted, what clients have set, how files are named.

Used by the rooms above, on the event loop. `rules`, `overrides` and `change_sentence` are pure.
"""
