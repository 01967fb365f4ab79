"""`python -m incubator_workers`: one worker process; `incubator worker` starts and restarts it."""

import sys

from incubator import jobs, loop
from incubator.config import settings
from incubator.logs import configure
from incubator_workers.process import WorkerProcess


def main() -> int:
    """Run until stopped."""
    configure()
    current = settings()
    if not current.database_url or not current.redis_url:
        print("incubator_workers needs INCUBATOR_DATABASE_URL and INCUBATOR_REDIS_URL: start it with `incubator worker`", file=sys.stderr)
        return 2
    jobs.load()
    loop.collect_less()
    loop.run(WorkerProcess(current, current.database_url, current.redis_url).run())
    return 0


if __name__ == "__main__":
    sys.exit(main())
