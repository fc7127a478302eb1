"""Python clients of a running recorder: `inspector.InspectorClient` for the Inspector service,
`integration.IntegrationClient` for the integration service, `observations.ObservationClient` for what was observed,
`recorder.RecorderClient` for those parts of `/api/v1` that the command line needs.

Used by authors of programs, and by `cli`. Runs in the caller's process and thread. Every call blocks
until the recorder has answered, for the client's timeout at most.
"""
