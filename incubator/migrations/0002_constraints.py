"""Constraints, triggers and indexes that the code relies on and Tortoise cannot say; one SQL file a package."""

from importlib.resources import files

from tortoise.migrations import operations as ops

from incubator.migration_at_once import AtOnceMigration

SQL = files("incubator.migrations").joinpath("sql")


class Migration(AtOnceMigration):
    """Runs the SQL files in the order of the layers, lowest first."""

    dependencies = [("incubator", "0001_initial")]
    operations = [
        ops.RunSQL(SQL.joinpath(f"{package}.sql").read_text("utf-8"))
        for package in (
            "kernel",
            "organizations",
            "billing",
            "spaces",
            "secondments",
            "pilots",
            "residencies",
            "notifications",
            "importing",
            "oversight",
        )
        if SQL.joinpath(f"{package}.sql").is_file()
    ]
