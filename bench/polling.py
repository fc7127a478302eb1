"""Sixteen clients ask `isrecording` ten times a second, each on its own connection."""

import asyncio
import time

_REQUEST = b"GET /api/inspector/isrecording HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n"
CLIENTS = 16
RATE_HZ = 10


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
    """One request and its whole answer. Raises SystemExit when it is not `true`."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [line.partition(b":")[2] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
    body = await reader.readexactly(int(lengths[0]))
    if b" 200 " not in head[:20] or body != b"true":
        raise SystemExit(f"isrecording answered {head[:40]!r} {body!r} while every channel records.")


async def client(port: int, first: float, seconds: float) -> list[float]:
    """Answer times. A request that was held up by the one before counts from the moment it was due."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = _REQUEST % port
    times = []
    due = first
    late = False
    while due < first + seconds:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        begun = due if late else time.perf_counter()
        await ask(reader, writer, request)
        ended = time.perf_counter()
        times.append(ended - begun)
        due += 1 / RATE_HZ
        late = ended > due
    writer.close()
    await writer.wait_closed()
    return times


async def _all(port: int, seconds: float) -> list[float]:
    begin = time.perf_counter() + 0.2
    stagger = 1 / RATE_HZ / CLIENTS
    clients = [client(port, begin + number * stagger, seconds) for number in range(CLIENTS)]
    return [each for times in await asyncio.gather(*clients) for each in times]


def poll(port: int, seconds: float) -> list[float]:
    """Answer times in seconds of all clients together."""
    return asyncio.run(_all(port, seconds))
