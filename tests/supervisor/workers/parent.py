"""Not a worker: a control process with one obedient worker, to be killed by a test."""

import asyncio

from seacorder.model.channel import ChannelSettings
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.table import Launch
from seacorder.supervisor.worker import Callbacks


async def main() -> None:
    supervisor = Supervisor(Callbacks(on_report=lambda name, _report: print(supervisor[name].pid, flush=True)))
    supervisor.add("Bow", Launch("obedient"), ChannelSettings(0, "Bow", "test:")).start()
    await asyncio.Event().wait()


asyncio.run(main())
