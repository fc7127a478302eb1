"""HTTP: the Inspector service (13000) with our own `/api/v1` and the page, and the integration service (8088).

A thin layer over `control`: it reads requests, calls the recorder and writes answers. Used by `cli.serve` alone, in
the control process, on the event loop. The only place that knows the web framework and the web server.

    request ─▶ guard (who may ask) ─▶ paths (which command) ─▶ inspector · integration · v1 · page ─▶ recorder
                                                      errors ─▶ problems (one place: error to answer)
"""
