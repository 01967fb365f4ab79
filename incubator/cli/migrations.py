"""Write migrations for what changed in the models; a tool for developers."""

from pathlib import Path

from tortoise import Tortoise
from tortoise.migrations.autodetector import MigrationAutodetector

from incubator import db, loop

FOLDER = Path(db.__file__).parent / "migrations"


async def write_initial() -> list[str]:
    """Write 0001 anew from the models. Only until the first release; from then on `write_next` adds a file."""
    later = sorted(path for path in FOLDER.glob("0*.py") if not path.name.startswith("0001"))
    texts = {path: path.read_text("utf-8") for path in later}
    for path in (*later, FOLDER / "0001_initial.py"):
        path.unlink(missing_ok=True)
    try:
        written = await write_next()
        for path in map(Path, written):
            text = path.read_text("utf-8").replace(
                "from tortoise import migrations\n", "from incubator.migration_at_once import AtOnceMigration\n"
            )
            path.write_text(text.replace("class Migration(migrations.Migration):", "class Migration(AtOnceMigration):"), "utf-8")
        return written
    finally:
        for path, text in texts.items():
            path.write_text(text, "utf-8")


async def write_next() -> list[str]:
    """Write a migration for what differs between the models and the migrations on disk."""
    config = db.orm_config("postgresql://")
    await Tortoise.init(config=config, init_connections=False)
    assert Tortoise.apps is not None
    return await MigrationAutodetector(Tortoise.apps, {"incubator": config["apps"]["incubator"]}).write()


def make_migrations(anew: bool) -> None:
    """Write the migration and say where."""
    for path in loop.run(write_initial() if anew else write_next()):
        print(Path(path).name)
