"""A process that starts a billing run and ends, so that a proof can make it die in the middle: `python -m tests.support.start_billing_run`."""

import os
from datetime import date
from uuid import UUID

from incubator import db, loop
from incubator.billing import service
from incubator.organizations import access


async def main() -> None:
    """Start March's run as the person and operator that the environment names."""
    await db.connect(os.environ["INCUBATOR_DATABASE_URL"])
    actor = await access.actor_of_person(UUID(os.environ["PERSON"]), UUID(os.environ["OPERATOR"]))
    assert actor is not None
    await service.start_billing_run(actor, date(2026, 3, 1), "run-of-march")
    await db.close()


if __name__ == "__main__":
    loop.run(main())
