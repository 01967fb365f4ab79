"""Do all waiting work here and now, as the workers would."""

from incubator import jobs
from incubator.kernel import work


async def drain() -> int:
    """Relay facts and do due work until nothing is left; returns how many pieces were done."""
    jobs.load()
    return await work.drain()
