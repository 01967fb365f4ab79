"""Book again and again by a rule of RFC 5545. The time on the wall of the site is kept across clock changes."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from incubator import db
from incubator.kernel import audit, checks, clock, idempotency
from incubator.kernel.actor import Actor
from incubator.kernel.errors import DomainError, Forbidden, NotFound, PeriodInverted, Refusals
from incubator.kernel.ids import new_id
from incubator.kernel.jsonable import dumps
from incubator.kernel.periods import local_instant
from incubator.spaces import queries
from incubator.spaces.bookings import write_booking
from incubator.spaces.deciding import BookingTerms, decide
from incubator.spaces.errors import RuleInvalid, SeriesTooLong, SeriesUnbounded

MOST_INSTANCES = 366
FARTHEST = timedelta(days=5 * 366)
PARTS = ("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST")
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_UNTIL = re.compile(r"\d{8}(T\d{6}Z?)?")


@dataclass(frozen=True, slots=True)
class SeriesTerms:
    """The first booking of a series, `[starts_at, ends_at)`, and the rule by which it comes again, such as FREQ=WEEKLY;COUNT=10."""

    unit_id: UUID
    starts_at: datetime
    ends_at: datetime
    title: str
    rule: str
    organization_id: UUID | None = None
    override_reason: str = ""
    accessory_ids: tuple[UUID, ...] = ()
    companion_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """An instance that was not booked: its local start as people write it, and why: a refusal's code and what it says."""

    starts_at: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class SeriesReport:
    """What became of a series: bookings in order, instances that failed, and the price of what was booked. `series_id` None: a preview."""

    series_id: UUID | None
    booking_ids: Sequence[UUID]
    failures: Sequence[Failure]
    price_minor: int
    currency: str


class _Undo(Exception):
    """Rolls a preview back."""


def instances(rule: str, first: datetime) -> list[datetime]:
    """Return the local times of a rule, ascending; `first` is the first one's, without a zone.

    Raises:
        RuleInvalid: parts that are not understood, or a frequency below a day.
        SeriesUnbounded: neither COUNT nor UNTIL.
        SeriesTooLong: more than 366 times, or beyond five years.
    """
    path, parts = ("input", "rule"), _parts(rule)
    if "COUNT" not in parts and "UNTIL" not in parts:
        raise SeriesUnbounded(value=rule[:80], path=path)
    count = int(parts.pop("COUNT", "0"))
    if count > MOST_INSTANCES:
        raise SeriesTooLong(value=str(count), limit=str(MOST_INSTANCES), path=path)
    horizon = first + FARTHEST
    try:
        last = min(_until(parts.pop("UNTIL")), horizon) if "UNTIL" in parts else horizon
        bounded = ";".join(f"{key}={value}" for key, value in parts.items()) + f";UNTIL={last:%Y%m%dT%H%M%S}"
        found = list(islice(rrulestr(bounded, dtstart=first), count or MOST_INSTANCES + 1))
    except (ValueError, TypeError) as error:
        raise RuleInvalid(value=rule[:80], limit=", ".join(PARTS), path=path) from error
    if len(found) > MOST_INSTANCES or (len(found) < count and last == horizon):
        raise SeriesTooLong(value=rule[:80], limit=f"{MOST_INSTANCES}, {horizon:%Y-%m-%d}", path=path)
    return found


def _until(text: str) -> datetime:
    """Read the last moment of a rule; a day counts whole. It is the wall's time, with or without the Z that the RFC asks for."""
    return datetime.strptime(text[:15] if "T" in text else f"{text}T235959", "%Y%m%dT%H%M%S")  # noqa: DTZ007 - what a wall shows


def _parts(rule: str) -> dict[str, str]:
    parts = {}
    for part in rule.upper().removeprefix("RRULE:").split(";"):
        key, _, value = part.partition("=")
        is_known = key in PARTS and key not in parts and re.fullmatch(r"[A-Z0-9,+-]{1,80}", value)
        if not is_known or (key == "FREQ" and value not in FREQUENCIES) or (key == "UNTIL" and not _UNTIL.fullmatch(value)):
            raise RuleInvalid(value=rule[:80], limit=f"{', '.join(PARTS)}; {', '.join(FREQUENCIES)}", path=("input", "rule"))
        parts[key] = value
    if "FREQ" not in parts or ("COUNT" in parts and not 1 <= len(parts["COUNT"]) <= 6) or not parts.get("COUNT", "1").isdigit():
        raise RuleInvalid(value=rule[:80], limit=", ".join(PARTS), path=("input", "rule"))
    return parts


@db.retried
async def create_series(actor: Actor, terms: SeriesTerms, idempotency_key: str, *, is_preview: bool = False) -> SeriesReport:
    """Book every instance of a rule that can be booked, in one transaction and in order, and report the others with their reasons.

    A preview does all the same and takes it back.

    Raises:
        RuleInvalid, SeriesUnbounded, SeriesTooLong: the rule.
        PeriodInverted: the first booking has no length.
        TooShort, TooLong: title or key break their rule.
        NotSignedIn, Forbidden, NotFound: the actor may not book the unit.
        IdempotencyMismatch: the key was used with other input.
    """
    checks.text(terms.title, "title", path=("input", "title"))
    if terms.ends_at <= terms.starts_at:
        raise PeriodInverted(
            field="endsAt", limit=f"{terms.starts_at:%Y-%m-%d %H:%M} – {terms.ends_at:%Y-%m-%d %H:%M} UTC", path=("input", "endsAt")
        )
    report: SeriesReport | None = None
    try:
        async with db.transaction():
            series_id = new_id()
            claimed = await idempotency.claim(actor, idempotency_key, "createSeries", terms, answer={"series_id": series_id})
            if claimed.answer is not None:
                return await _reported(UUID(claimed.answer["series_id"]))
            report = await _book_all(actor, terms, series_id)
            if is_preview or not report.booking_ids:
                raise _Undo
    except _Undo:
        assert report is not None
        return SeriesReport(None, (), report.failures, report.price_minor, report.currency)
    return report


async def _book_all(actor: Actor, terms: SeriesTerms, series_id: UUID) -> SeriesReport:
    unit = await queries.bookable_unit(actor, terms.unit_id, to_hold=True)
    zone = ZoneInfo(unit.time_zone)
    first, end = (moment.astimezone(zone).replace(tzinfo=None) for moment in (terms.starts_at, terms.ends_at))
    booking_ids: list[UUID] = []
    failures: list[Failure] = []
    for local in instances(terms.rule, first):
        booking_id = new_id()
        try:
            async with db.transaction():
                one = _instance(terms, local, local + (end - first), unit.time_zone)
                await write_booking(actor, one, await decide(actor, unit, one), booking_id, series_id=series_id)
            booking_ids.append(booking_id)
        except (NotFound, Forbidden):
            raise
        except DomainError as refusal:
            failures.append(_failure(local, refusal, actor))
        except Refusals as broken:
            failures += [_failure(local, rule, actor) for rule in broken.each]
    await db.execute(
        "INSERT INTO booking_series (id, unit_id, rule, time_zone, failed, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        series_id,
        unit.id,
        terms.rule,
        unit.time_zone,
        dumps(failures),
        clock.now(),
    )
    await audit.record(actor, "create series", "BookingSeries", series_id, after={"rule": terms.rule, "booked": len(booking_ids)})
    price = await db.value("SELECT coalesce(sum(price_minor), 0)::bigint FROM booking WHERE series_id = $1", series_id)
    return SeriesReport(series_id, booking_ids, failures, price, unit.currency)


def _instance(terms: SeriesTerms, starts: datetime, ends: datetime, zone: str) -> BookingTerms:
    """Return one booking of the series at its local times.

    Raises:
        NonexistentTime: the clock goes forward over its start or end.
    """
    return BookingTerms(
        terms.unit_id,
        local_instant(starts, zone, "startsAt"),
        local_instant(ends, zone, "endsAt"),
        terms.title,
        terms.organization_id,
        terms.override_reason,
        terms.accessory_ids,
        terms.companion_id,
    )


def _failure(local: datetime, refusal: DomainError, actor: Actor) -> Failure:
    return Failure(local.isoformat(timespec="minutes"), refusal.code, refusal.message(actor.language))


async def _reported(series_id: UUID) -> SeriesReport:
    """Return the report of a series that was made before."""
    found = await db.row(
        "SELECT r.failed, s.currency FROM booking_series r JOIN unit u ON u.id = r.unit_id JOIN site s ON s.id = u.site_id WHERE r.id = $1",
        series_id,
    )
    assert found is not None
    made = await db.rows("SELECT id, price_minor FROM booking WHERE series_id = $1 ORDER BY id", series_id)
    failures = [Failure(**one) for one in json.loads(found["failed"])]
    return SeriesReport(series_id, [row["id"] for row in made], failures, sum(row["price_minor"] for row in made), found["currency"])
