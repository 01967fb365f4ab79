"""How an organisation, a person and their second stand to a unit at a time: one read, from which rules and price are decided."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from incubator import db
from incubator.kernel import clock
from incubator.kernel.periods import month_of, start_of_day
from incubator.spaces.allowance_queries import GIVEN, USED_MINUTES, read_given, read_used
from incubator.spaces.allowances import left_on
from incubator.spaces.policy import Other, Outage, week_of
from incubator.spaces.pricing import Step, Tariff
from incubator.spaces.qualifying import Asked, Held, Requirement, Second
from incubator.spaces.queries import BookableUnit

ACADEMIC = ("university", "research institute", "hospital")
TIMED = ("hour", "day", "week")


@dataclass(frozen=True, slots=True)
class RateRow:
    """A rate that holds on the day, with its tariff."""

    id: UUID
    unit_id: UUID | None
    kind: str
    audience: str
    basis: str
    tariff: Tariff

    @classmethod
    def of(cls, found: dict[str, Any]) -> "RateRow":
        """Make it of a row as JSON."""
        first = Step(0, found["amount_minor"], found["off_peak_minor"])
        tariff = Tariff(
            found["basis"],
            (first, *(Step(*step) for step in found["steps"])),
            tuple((minutes, amount) for minutes, amount in found["blocks"]),
            found["off_peak_hours"],
            found["minimum_minor"],
            found["day_cap_minor"],
        )
        unit_id = UUID(found["unit_id"]) if found["unit_id"] else None
        return cls(UUID(found["id"]), unit_id, found["kind"], found["audience"], found["basis"], tariff)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of who asks: what they are to the site, their other bookings of the unit, rates, minutes of credit that plans give and
    that the month has left, when the unit or an accessory cannot be used, and the day from which the site is closed. Read once the unit is
    locked, so what an outage or a closing said meanwhile is known.

    Of credit that is carried nothing is left unless it was read with all months. `asked` is what the unit asks for, with what they hold.
    `second` is the second person's name, None for nobody who may be one.
    """

    audience: str
    others: tuple[Other, ...]
    rates: tuple[RateRow, ...]
    credit_given: int
    credit_left: int
    credit_is_carried: bool
    outages: tuple[Outage, ...] = ()
    asked: tuple[Asked, ...] = ()
    second: str | None = None
    closes_on: date | None = None

    def rate_of(self, unit_id: UUID, kind: str, bases: Sequence[str] = TIMED) -> RateRow | None:
        """Return the rate that counts: of the unit before that of its kind, of the audience before everybody's, hours before days."""
        fitting = [
            rate
            for rate in self.rates
            if rate.basis in bases and rate.audience in ("", self.audience) and (rate.unit_id == unit_id or rate.kind == kind)
        ]
        return min(fitting, key=lambda r: (r.unit_id is None, r.audience == "", bases.index(r.basis)), default=None)


OF_CREDIT = {"organization": "$1", "site": "$2"}
MONTHS = (
    f"json_build_object('given', (SELECT json_agg(x) FROM ({GIVEN.format(**OF_CREDIT, which='g.kind = $10')}) x),"
    f" 'used', (SELECT json_agg(x) FROM ({USED_MINUTES.format(**OF_CREDIT, which='u.kind = $10 AND b.id IS DISTINCT FROM $7')}) x))"
)
"""What every month gives and uses of a kind, as JSON."""
ASKED = (
    "(SELECT json_agg(json_build_object('training_id', t.id, 'training', t.name, 'kind', t.kind, 'levels', t.levels, 'level', r.level,"
    " 'unattended_level', r.unattended_level, 'needs_second_person', r.needs_second_person, 'disuse_days', t.disuse_days,"
    " 'own', (SELECT row_to_json(q) FROM qualification q WHERE q.person_id = {person} AND q.training_id = t.id),"
    " 'second', (SELECT row_to_json(q) FROM qualification q WHERE q.person_id = {second} AND q.training_id = t.id),"
    " 'is_trainer', EXISTS (SELECT 1 FROM trainer y WHERE y.person_id = {second} AND y.training_id = t.id)) ORDER BY t.name, r.id)"
    " FROM unit_requirement r JOIN training t ON t.id = r.training_id"
    " WHERE r.unit_id IN (SELECT a.unit_id FROM unit_atom a WHERE a.atom_id = ANY({units}::uuid[])))"
)
"""What units and the wholes that they are in ask for, with what a person and a second one hold of it, as JSON."""
SQL = (
    "SELECT (SELECT o.kind FROM organization o WHERE o.id = $1) AS kind, (SELECT s.closes_on FROM site s WHERE s.id = $2) AS closes_on,"
    " EXISTS (SELECT 1 FROM rental r WHERE r.organization_id = $1 AND r.site_id = $2 AND $3 BETWEEN r.starts_on AND r.ends_on) AS is_resident,"
    " EXISTS (SELECT 1 FROM rental r WHERE r.organization_id = $1 AND r.site_id = $2 AND r.ends_on < $3) AS was_resident,"
    " EXISTS (SELECT 1 FROM contract c JOIN contract_term t ON t.contract_id = c.id WHERE c.customer_id = $1 AND c.site_id = $2 AND t.kind = 'plan'"
    "  AND $3 BETWEEN t.starts_on AND coalesce(t.ends_on, 'infinity')) AS is_member,"
    " (SELECT json_agg(json_build_array(b.starts_at, b.ends_at, b.booked_by_id = $5)) FROM booking b WHERE b.unit_id = $4 AND b.organization_id = $1"
    "  AND b.state IN ('pending', 'confirmed') AND b.ends_at > $6 AND b.id IS DISTINCT FROM $7) AS others,"
    " (SELECT json_agg(r) FROM rate r WHERE r.site_id = $2 AND (r.unit_id = ANY($8::uuid[]) OR (r.unit_id IS NULL AND r.kind = ANY($9::text[])))"
    "  AND $3 BETWEEN r.starts_on AND coalesce(r.ends_on, 'infinity')) AS rates,"
    " (SELECT json_build_array(coalesce(sum(g.minutes_per_month), 0), coalesce(bool_or(g.carries_months > 0), false))"
    "  FROM credit_grant g WHERE g.kind = $10 AND g.minutes_per_month > 0 AND EXISTS (SELECT 1 FROM contract c"
    "  JOIN contract_term t ON t.contract_id = c.id WHERE t.source_id = g.plan_id AND c.customer_id = $1 AND c.site_id = $2"
    "  AND $3 BETWEEN t.starts_on AND coalesce(t.ends_on, 'infinity'))) AS credit_given,"
    " (SELECT coalesce(sum(b.credit_minutes), 0)::int FROM booking b JOIN unit u ON u.id = b.unit_id WHERE b.organization_id = $1 AND b.site_id = $2"
    "  AND u.kind = $10 AND b.credit_minutes > 0 AND b.state IN ('pending', 'confirmed', 'released') AND b.starts_at >= $11 AND b.starts_at < $12"
    "  AND b.id IS DISTINCT FROM $7) AS credit_used,"
    " (SELECT json_agg(json_build_array(o.starts_at, o.ends_at) ORDER BY o.starts_at, o.id) FROM outage o WHERE o.site_id = $2"
    "  AND o.cancelled_at IS NULL AND o.starts_at < $14 AND coalesce(o.ends_at, 'infinity') > $13 AND EXISTS (SELECT 1 FROM unit_atom a"
    "  JOIN unit_atom c ON c.atom_id = a.atom_id WHERE a.unit_id = o.unit_id AND c.unit_id = ANY($8::uuid[]))) AS outages,"
    f" {ASKED.format(units='$8', person='$5', second='$15')} AS asked,"
    " (SELECT p.name FROM person p WHERE p.id = $15 AND (EXISTS (SELECT 1 FROM role_assignment x WHERE x.person_id = p.id AND x.organization_id = $1)"
    "  OR EXISTS (SELECT 1 FROM trainer y JOIN training t ON t.id = y.training_id JOIN site s ON s.operator_id = t.operator_id"
    "   WHERE y.person_id = p.id AND s.id = $2))) AS second"
)
WITH_MONTHS = f"{SQL}, {MONTHS} AS months"


@dataclass(frozen=True, slots=True)
class Extra:
    """Another unit that a booking takes along: an accessory."""

    id: UUID
    name: str
    kind: str


async def standing_of(
    organization_id: UUID,
    person_id: UUID | None,
    unit: BookableUnit,
    starts_at: datetime,
    extras: Sequence[Extra] = (),
    leaving: UUID | None = None,
    ends_at: datetime | None = None,
    second_id: UUID | None = None,
    *,
    with_months: bool = False,
) -> Standing:
    """Read how an organisation and a person stand to a unit on the local day of an instant, and its outages until `ends_at`.

    `leaving` is a booking that does not count. `with_months` reads what all months give and use of credit, where it is carried.
    """
    zone = unit.time_zone
    day = starts_at.astimezone(ZoneInfo(zone)).date()
    month = month_of(day)
    since = min(clock.now(), week_of(starts_at, zone)[0], start_of_day(day, zone)) - timedelta(days=1)
    found = await db.row(
        WITH_MONTHS if with_months else SQL,
        organization_id,
        unit.site_id,
        day,
        unit.id,
        person_id,
        since,
        leaving,
        [unit.id, *(extra.id for extra in extras)],
        [unit.kind, *(extra.kind for extra in extras)],
        unit.kind,
        start_of_day(month.first, zone),
        start_of_day(month.end, zone),
        starts_at,
        ends_at or starts_at,
        second_id,
    )
    assert found is not None
    given, is_carried = json.loads(found["credit_given"])
    left = max(0, given - found["credit_used"]) if not is_carried else _left_of_months(day, found["months"]) if with_months else 0
    others = [(datetime.fromisoformat(a), datetime.fromisoformat(b), bool(own)) for a, b, own in json.loads(found["others"] or "[]")]
    return Standing(
        _audience(found["kind"], found["is_resident"], found["was_resident"], found["is_member"]),
        tuple(Other(*other) for other in others),
        _rates(found["rates"] or "[]"),
        given,
        left,
        is_carried,
        tuple((datetime.fromisoformat(a), datetime.fromisoformat(b) if b else None) for a, b in json.loads(found["outages"] or "[]")),
        read_asked(found["asked"], found["second"]),
        found["second"],
        found["closes_on"],
    )


def _left_of_months(day: date, text: str) -> int:
    months = json.loads(text)
    return left_on(day, read_given(months["given"], "minutes"), read_used(months["used"] or ()))


@lru_cache(maxsize=512)
def _rates(text: str) -> tuple[RateRow, ...]:
    return tuple(RateRow.of(rate) for rate in json.loads(text))


def read_asked(text: str | None, second: str | None) -> tuple[Asked, ...]:
    """Read what was selected by `ASKED`; `second` is the second person's name."""
    return tuple(_asked(one, second) for one in json.loads(text or "[]"))


def _asked(found: dict[str, Any], second: str | None) -> Asked:
    requirement = Requirement(
        UUID(found["training_id"]),
        found["training"],
        found["kind"],
        tuple(found["levels"]),
        found["level"],
        found["unattended_level"],
        found["needs_second_person"],
        found["disuse_days"],
    )
    accompanied = None if second is None else Second(second, Held.of(found["second"]), found["is_trainer"])
    return Asked(requirement, Held.of(found["own"]), accompanied)


def _audience(kind: str | None, is_resident: bool, was_resident: bool, is_member: bool) -> str:
    """Say what an organisation is to a site: the closest that holds."""
    for audience, holds in (("resident", is_resident), ("member", is_member), ("alumni", was_resident), ("academic", kind in ACADEMIC)):
        if holds:
            return audience
    return "outside company"
