"""Observations as a table or a map: CSV, XLSX, JSON and GeoJSON.

Used by `v1`, on a thread of its own: a whole dive is written into a temporary file, from pages of the list of
recordings, so that memory stays small. `table` decides the columns and cells, pure; a module for each form writes them.
"""
