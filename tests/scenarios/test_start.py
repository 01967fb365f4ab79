"""How soon the product is there: the first start with its demo world, and the ones after it."""

import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.evidence import record
from tests.support.product import running_product

FIRST_S, LATER_S = 60, 6


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="incubator-start-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def seconds_to_ready(folder: Path) -> float:
    """Start the product on a folder, wait for /readyz, stop it; return how long it took to be ready."""
    began = time.perf_counter()
    with running_product(folder):
        return time.perf_counter() - began


@pytest.mark.prove
def test_the_first_start_takes_less_than_a_minute_and_later_ones_less_than_six_seconds(folder: Path) -> None:
    first = seconds_to_ready(folder)
    later = statistics.median(seconds_to_ready(folder) for _ in range(3))
    record("the first start, demo world included, is ready in under 60 s", f"{first:.1f} s")
    record("a later start is ready in under 6 s (median of 3)", f"{later:.1f} s")

    assert first < FIRST_S
    assert later < LATER_S
