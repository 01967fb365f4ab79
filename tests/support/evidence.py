"""Figures that `make prove` measures, kept in docs/evidence.md: one row a claim, replaced when it is measured again."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import pytest

FILE = Path(__file__).parents[2] / "docs" / "evidence.md"
HEAD = """# Evidence

Written by `make prove`: what was claimed, what was measured, when, and on what machine. Each row is one test marked `prove`, or a benchmark.

| claim | measured | on | machine |
| --- | --- | --- | --- |
"""


def is_proving() -> bool:
    """Tell whether this is `make prove`, whose proofs are long."""
    return "INCUBATOR_PROVE" in os.environ


def sized(*evidence: str) -> pytest.MarkDecorator:
    """Mark a test that takes its size from `is_proving`: its short form runs in `make test`, its long one in `make prove`.

    `evidence` is a claim and what was measured, where passing is all there is to measure: written down when the long form has passed.
    """
    return pytest.mark.prove(*evidence) if is_proving() else pytest.mark.short


def record(claim: str, measured: str) -> None:
    """Write down what a proof measured; without INCUBATOR_PROVE it is no proof, and nothing is written."""
    if not is_proving():
        return
    rows = FILE.read_text("utf-8").partition("| --- | --- | --- | --- |\n")[2].splitlines() if FILE.exists() else []
    kept = {row.split(" | ")[0].removeprefix("| "): row for row in rows}
    day = datetime.now(UTC).date().isoformat()  # noqa: TID251 - a proof is measured in the present
    kept[claim] = f"| {claim} | {measured} | {day} | {machine()} |"
    FILE.write_text(HEAD + "\n".join(kept[name] for name in sorted(kept)) + "\n", "utf-8")


def machine() -> str:
    """Describe the machine in a few words."""
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
