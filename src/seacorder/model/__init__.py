"""The nouns, as frozen typed values: no file, socket, thread or clock in here.

Used by every folder above; commands and reports are what control and workers say to each other.
"""
