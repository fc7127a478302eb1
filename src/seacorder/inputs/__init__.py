"""Inputs: where compressed pictures and sound come from. Each room reads one kind of source.

Used by a channel's worker, on its ingest thread only: one `Input` is one connection, which the same thread opens, reads
and closes. `sound` is used by the narrator. Begin at `contract`, which also says what a new kind needs;
`open.make_input` chooses the kind. Never import Pillow, asyncio or pydantic here: each worker would pay for it with
some megabytes of memory.
"""
