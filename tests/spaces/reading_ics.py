"""Read a calendar without the library that wrote it: lines unfolded by RFC 5545, zones by dateutil."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO

from dateutil.tz import tzical


@dataclass
class Component:
    """A component with its properties as they stand, in order, and the components in it."""

    name: str
    lines: list[tuple[str, str]] = field(default_factory=list)
    inner: list["Component"] = field(default_factory=list)

    def values(self, name: str) -> list[str]:
        """Return the values of a property, whatever its parameters."""
        return [value for key, value in self.lines if key.split(";")[0] == name]

    def one(self, name: str) -> str:
        """Return the only value of a property."""
        [value] = self.values(name)
        return value.replace("\\,", ",").replace("\\;", ";").replace("\\n", "\n").replace("\\\\", "\\")

    def all(self, name: str) -> list["Component"]:
        """Return the components in it of a name."""
        return [one for one in self.inner if one.name == name]


def read(content: bytes) -> Component:
    """Read a calendar; refuses what breaks a rule of lines."""
    assert content.endswith(b"\r\n")
    raw = content.split(b"\r\n")[:-1]
    assert not any(b"\r" in line or b"\n" in line for line in raw)
    assert max(len(line) for line in raw) <= 75
    [line.decode() for line in raw]  # a fold never cuts a character
    unfolded = content.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]
    open_ones = [Component("")]
    for line in unfolded:
        key, _, value = line.partition(":")
        match key:
            case "BEGIN":
                open_ones.append(Component(value))
            case "END":
                done = open_ones.pop()
                assert done.name == value
                open_ones[-1].inner.append(done)
            case _:
                open_ones[-1].lines.append((key, value))
    [calendar] = open_ones[0].inner
    return calendar


def instants(content: bytes, event: Component) -> tuple[datetime, datetime]:
    """Return start and end of an event as instants, by the zone that the calendar itself describes, as dateutil reads it."""
    found = []
    zones = tzical(StringIO(content.decode()))
    for name in ("DTSTART", "DTEND"):
        [(key, value)] = [line for line in event.lines if line[0].split(";")[0] == name]
        zone = UTC if value.endswith("Z") else zones.get(key.partition("TZID=")[2])
        assert zone is not None
        local = datetime.strptime(value.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - the zone follows
        found.append(local.replace(tzinfo=zone).astimezone(UTC))
    return found[0], found[1]
