"""The nouns of the program, as frozen typed values. Pure: no file, socket, thread or clock in here.

Used by every folder above, in every process. `command` and `report` are the messages between the control process and
its workers; `settings`, `status` and `outcome` are what clients ask for and get.
"""
