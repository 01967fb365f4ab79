"""Loads every module that registers jobs, sweeps or consumers; whoever does work (workers, commands, tests) calls it once."""

from importlib import import_module
from importlib.util import find_spec

PACKAGES = (
    "organizations",
    "billing",
    "spaces",
    "secondments",
    "pilots",
    "residencies",
    "network",
    "notifications",
    "reports",
    "importing",
)


def load() -> None:
    """Import `incubator.<package>.jobs` of each package that has one, and billing's for taxes; the import registers what it holds."""
    for package in PACKAGES:
        if find_spec(f"incubator.{package}") and find_spec(f"incubator.{package}.jobs"):
            import_module(f"incubator.{package}.jobs")
    import_module("incubator.billing.tax_jobs")
