"""Do all waiting work here and now, as the workers would."""

from collections.abc import Collection

from incubator import jobs
from incubator.kernel import work


async def drain(leave: Collection[str] = ()) -> int:
    """Relay facts and do due work, but for kinds to leave, until nothing is left; returns how many pieces were done."""
    jobs.load()
    return await work.drain(leave=leave)
