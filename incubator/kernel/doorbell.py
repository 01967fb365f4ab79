"""The port through which the domain wakes workers and open screens. The edges connect it; unconnected it does nothing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from incubator.kernel.outbox import Touched


class Doorbell(Protocol):
    """What an edge provides. Both calls return at once and never raise; a lost ring costs seconds: workers also look by themselves."""

    def ring(self) -> None:
        """Wake whoever does the work."""

    def announce(self, touched: "Sequence[Touched]") -> None:
        """Tell open screens which rows changed."""


class _Silent:
    def ring(self) -> None:
        return

    def announce(self, touched: "Sequence[Touched]") -> None:
        return


_connected: list[Doorbell] = [_Silent()]


def connect(doorbell: Doorbell | None) -> None:
    """Use this doorbell from now on in this process; None disconnects it."""
    _connected[0] = doorbell or _Silent()


def ring() -> None:
    """Wake whoever does the work."""
    _connected[0].ring()


def announce(touched: "Sequence[Touched]") -> None:
    """Tell open screens which rows changed."""
    if touched:
        _connected[0].announce(touched)
