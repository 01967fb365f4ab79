"""`incubator demo reset`: an empty database, then the demo world anew."""

import asyncpg

from incubator import schema
from incubator.cli.servers import Addresses, connected
from incubator.cli.up import progress_bar
from incubator.config import credentials
from incubator.demo import world


async def reset(found: Addresses) -> None:
    """Drop everything of the product and load the demo world."""
    connection = await asyncpg.connect(**credentials(found.database_url))
    try:
        await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    finally:
        await connection.close()
    await schema.migrate(found.database_url)
    async with connected(found, migrated=False, is_durable=False):
        await world.load(say_progress=progress_bar)
