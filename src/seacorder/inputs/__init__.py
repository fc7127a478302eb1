"""Inputs: where compressed pictures and sound come from, one module a kind.

Used by a channel's worker, on its ingest thread alone: one `Input` is one connection, opened, read and closed by the
same thread. Begin at `contract`; `open.make_input` chooses the kind. PyAV lives here; Pillow, asyncio and pydantic
never do, for every camera pays for them in memory.
"""
