"""HTTP: the Inspector service (port 13000) with our own `/api/v1` and the page, and the integration service (8088).

A thin layer over `control`: it reads requests, calls the recorder and writes answers. Used by `cli.serve` alone; runs
in the control process, on the event loop, and never blocks it. No other folder knows the web framework.

    request ─▶ guard (who may ask) ─▶ paths (which command) ─▶ inspector · integration · v1 · page ─▶ recorder
                                                  an error ─▶ problems (makes an answer of it)

To add a route, see `v1.routes`. The files of the page lie in `static`.
"""
