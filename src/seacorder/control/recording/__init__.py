"""What runs: the master recording, clips and stills, over all channels at one instant.

Used by `recorder` and the rooms above, on the event loop. Commands go to the workers through `workers`; what comes of
them goes to the journal, the catalogue and the loss book.

A recording's way through this room: `recordings` starts and stops it, `session` is what is known of it, `outcomes` is
what its start comes to on each channel, `first_bytes` keeps back what must not be written down yet, `recovery`
continues it after the program ended unexpectedly.
"""
