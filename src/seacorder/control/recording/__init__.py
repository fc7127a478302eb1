"""What runs: the master recording, clips and stills, over all channels at one instant.

Used by `recorder`, on the event loop. Commands go out through `workers`; what comes of them is told to the journal
and the catalogue.
"""
