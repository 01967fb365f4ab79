"""The demo's VIES and European Central Bank: a stand-in beside the product, unless the settings name others."""

import asyncio
import sys

from incubator.cli.supervisor import Child
from incubator.config import Settings


def is_needed(settings: Settings) -> bool:
    """Tell whether the demo would ask the real services: it never does."""
    return settings.is_demo and (settings.vies_url, settings.ecb_url) == (Settings.vies_url, Settings.ecb_url)


def child(port: int, after: asyncio.Event) -> Child:
    """Return the stand-in's process, which starts after an event."""
    return Child("registers", [sys.executable, "-m", "incubator.embedded.public_registers", "--port", str(port)], after=after)
