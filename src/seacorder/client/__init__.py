"""Python clients of a running recorder: `inspector.InspectorClient` for the Inspector service,
`recorder.RecorderClient` for what the commands need of `/api/v1`.

For those who write Inspector applications, and for `cli`. Runs in the caller's process and thread; every call blocks
until the recorder has answered, at most as long as the client's timeout.
"""
