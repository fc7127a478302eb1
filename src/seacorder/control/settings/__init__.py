"""The settings in force: what is accepted, what clients have set, how files are named.

Used by `recorder` and by everything that names a file. `rules`, `overrides` and `change_sentence` are pure.
"""
