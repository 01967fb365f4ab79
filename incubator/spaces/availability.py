"""Find free times: so many minutes on any unit of a kind, or with some equipment, at some sites."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from incubator import db
from incubator.kernel import checks, clock
from incubator.kernel.actor import Actor
from incubator.kernel.errors import OutOfRange, PeriodInverted, PeriodTooLong
from incubator.kernel.jsonable import dumps
from incubator.kernel.periods import start_of_day
from incubator.organizations.opening_hours import OpeningHours, open_spans, public_holidays
from incubator.spaces import policy
from incubator.spaces.policy import MINUTE, Policy
from incubator.spaces.qualifying import broken_by
from incubator.spaces.queries import UnitRow, unit_columns
from incubator.spaces.scope import visible_units
from incubator.spaces.standing import ASKED, read_asked
from incubator.spaces.training_errors import QualificationRule, SecondPersonNeeded

LONGEST_WINDOW = timedelta(days=31)
MOST_UNITS = 200
MOST_SITES = 20
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """What is looked for: `minutes` in one piece within `[earliest, latest)`; the limits of a unit's policy hold, those of a person not.

    `is_qualified`: only where the actor holds what the unit asks for on that day. That two are needed leaves no unit out.
    """

    site_ids: tuple[UUID, ...]
    minutes: int
    earliest: datetime
    latest: datetime
    kind: str | None = None
    equipment: tuple[str, ...] = ()
    is_qualified: bool = False


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """A unit that is free, `[starts_at, ends_at)`; `missing` is what the actor lacks to use it then."""

    unit: UnitRow
    starts_at: datetime
    ends_at: datetime
    missing: tuple[QualificationRule, ...] = ()


async def find_slots(actor: Actor, terms: SearchTerms, first: int = 20) -> list[FreeSlot]:
    """Return the first free time of each unit and day, ascending by time, at most `first`. Two statements.

    Raises:
        OutOfRange: minutes, `first`, or the number of sites.
        PeriodInverted, PeriodTooLong: the window has no length, or more than 31 days.
    """
    checks.between(terms.minutes, "minutes", 1, 31 * 24 * 60, path=("minutes",))
    checks.between(first, "first", 1, 100, path=("first",))
    if not 1 <= len(terms.site_ids) <= MOST_SITES:
        raise OutOfRange(field="siteIds", limit=f"1 – {MOST_SITES}", path=("siteIds",))
    if terms.latest <= terms.earliest:
        raise PeriodInverted(field="until", limit=f"{terms.earliest:%Y-%m-%d %H:%M} – {terms.latest:%Y-%m-%d %H:%M} UTC", path=("until",))
    if terms.latest - terms.earliest > LONGEST_WINDOW:
        raise PeriodTooLong(field="until", limit=f"{LONGEST_WINDOW.days} days", path=("until",))
    condition, args = visible_units(actor)
    n = len(args)
    units = await db.rows(
        f"SELECT {unit_columns(f'${n + 4}')}, {ASKED.format(units='ARRAY[u.id]', person=f'${n + 5}', second='NULL')} AS asked, s.time_zone, s.country, s.subdivision, s.closes_on,"
        " s.closed_on_holidays AND u.opening_hours = '' AS closed_on_holidays FROM unit u JOIN site s ON s.id = u.site_id"
        f" WHERE {condition} AND u.site_id = ANY(${n + 1}::uuid[]) AND (${n + 2}::text IS NULL OR u.kind = ${n + 2}) AND u.equipment @> ${n + 3}::jsonb"
        " AND EXISTS (SELECT 1 FROM rate r WHERE r.site_id = u.site_id AND r.basis IN ('hour', 'day', 'week')"
        f" AND (r.unit_id = u.id OR (r.unit_id IS NULL AND r.kind = u.kind))) ORDER BY u.name, u.id LIMIT {MOST_UNITS}",
        *args,
        list(terms.site_ids),
        terms.kind,
        dumps([one.lower() for one in terms.equipment]),
        terms.earliest,
        actor.person_id,
    )
    taken = await _taken([unit["id"] for unit in units], terms)
    found = [slot for unit in units for slot in _slots_of(unit, taken.get(unit["id"], []), terms)]
    return sorted(found, key=lambda slot: (slot.starts_at, slot.unit.name, slot.unit.id))[:first]


async def _taken(unit_ids: Sequence[UUID], terms: SearchTerms) -> dict[UUID, list[Span]]:
    found: dict[UUID, list[Span]] = {}
    for row in await db.rows(
        "SELECT a.unit_id, h.starts_at, h.ends_at FROM unit_atom a JOIN unit_hold h ON h.unit_id = a.atom_id WHERE a.unit_id = ANY($1::uuid[])"
        " AND tstzrange(h.starts_at, h.ends_at) && tstzrange($2, $3) UNION ALL SELECT a.unit_id, o.starts_at, coalesce(o.ends_at, $3) FROM outage o"
        " JOIN unit_atom c ON c.unit_id = o.unit_id JOIN unit_atom a ON a.atom_id = c.atom_id WHERE a.unit_id = ANY($1::uuid[])"
        " AND o.cancelled_at IS NULL AND tstzrange(o.starts_at, o.ends_at) && tstzrange($2, $3) ORDER BY starts_at",
        unit_ids,
        terms.earliest,
        terms.latest + timedelta(days=1),
    ):
        found.setdefault(row["unit_id"], []).append((row["starts_at"], row["ends_at"]))
    return found


def _slots_of(unit: asyncpg.Record, taken: Sequence[Span], terms: SearchTerms) -> Iterator[FreeSlot]:
    zone, now = unit["time_zone"], clock.now()
    row = UnitRow(**{key: unit[key] for key in UnitRow.__dataclass_fields__})
    found = Policy.read(unit["policy"])
    years = range(terms.earliest.year - 1, terms.latest.year + 2)
    holidays = [public_holidays(unit["country"], unit["subdivision"], year) for year in years] if unit["closed_on_holidays"] else []
    rules = policy.Rules(found, unit["opening_hours"], zone, frozenset().union(*holidays))
    latest = terms.latest if unit["closes_on"] is None else min(terms.latest, start_of_day(unit["closes_on"], zone))
    begin = max(terms.earliest, now + (found.create_notice_minutes or 0) * MINUTE)
    known, asked = set(), read_asked(unit["asked"], None)
    for free in free_spans(_open(rules, begin, latest), taken, found.buffer_minutes):
        start = on_step(free[0], found.step_minutes or 1, zone)
        day = start.astimezone(ZoneInfo(zone)).date()
        end = start + terms.minutes * MINUTE
        if end <= free[1] and day not in known and not policy.broken_rules(rules, policy.Wish(start, end), now):
            known.add(day)
            missing = broken_by(asked, day)
            if not terms.is_qualified or all(isinstance(rule, SecondPersonNeeded) for rule in missing):
                yield FreeSlot(row, start, end, tuple(missing))


def _open(rules: policy.Rules, earliest: datetime, latest: datetime) -> Iterator[Span]:
    """Yield the open spans of a window, cut at nothing but closing: what goes on at midnight is one."""
    if earliest >= latest:
        return
    held: Span | None = None
    for begin, finish in open_spans(OpeningHours.parse(rules.opening_hours), earliest, latest, rules.time_zone):
        if begin.astimezone(ZoneInfo(rules.time_zone)).date() in rules.closed_on:
            continue
        if held is not None and held[1] == begin:
            held = (held[0], finish)
            continue
        if held is not None:
            yield held
        held = (begin, finish)
    if held is not None:
        yield held


def free_spans(spans: Iterable[Span], taken: Sequence[Span], buffer_minutes: int) -> Iterator[Span]:
    """Yield what is left of ascending open spans beside what is taken, with room for the buffer before the next."""
    for begin, finish in spans:
        reached = begin
        for a, b in taken:
            if b <= reached or a >= finish:
                continue
            if a - buffer_minutes * MINUTE > reached:
                yield reached, a - buffer_minutes * MINUTE
            reached = max(reached, b)
        if reached < finish:
            yield reached, finish


def on_step(moment: datetime, step_minutes: int, zone: str) -> datetime:
    """Return the first instant from a moment on that lies on the grid of the local clock."""
    whole = moment.replace(second=0, microsecond=0)
    reached = whole if whole == moment else whole + MINUTE
    while not policy.is_on_step(reached, step_minutes, zone):
        reached += MINUTE
    return reached
