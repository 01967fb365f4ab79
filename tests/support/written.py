"""What stands in the database, so that a test can show that nothing was written."""

from incubator import db


async def contents() -> str:
    """Return a digest of all that stands in the database."""
    tables = [row["name"] for row in await db.rows("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]
    parts = [f"(SELECT '{name}' || coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') FROM \"{name}\" t)" for name in tables]
    return str(await db.value(f"SELECT {' || '.join(parts)}"))
