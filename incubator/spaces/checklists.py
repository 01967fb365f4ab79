"""Hand a unit over and take it back: a list of what to look at, filled in by staff, signed by both sides, then never changed."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import asyncpg

from incubator import db
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound, OutOfRange, PatternMismatch
from incubator.kernel.ids import new_id
from incubator.kernel.jsonable import dumps
from incubator.kernel.language import Language
from incubator.spaces.checklist_items import USUAL_ITEMS
from incubator.spaces.places import UNIT_KINDS
from incubator.spaces.rental_errors import ChecklistChanged, ChecklistIncomplete, ChecklistNotSigned, ChecklistSigned
from incubator.spaces.rental_events import ChecklistChanged as ChecklistWasChanged
from incubator.spaces.rental_queries import rentals_by_id
from incubator.spaces.rental_scope import visible_checklists

PURPOSES = ("hand-over", "return")
STATES = ("ok", "defect", "missing")
MOST_ITEMS = 60
LANGUAGES = ("", *(language.value for language in Language))


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at: its text by language (`""` for all), how it was found (empty: not looked at yet), and a note."""

    texts: dict[str, str]
    state: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """How an item was found, by its position from 0."""

    position: int
    state: str
    note: str = ""


def read_items(text: str) -> list[Item]:
    """Make items again of JSON."""
    return [Item(**item) for item in json.loads(text)]


def content_hash(rental_id: UUID, purpose: str, items: Sequence[Item]) -> str:
    """Return the SHA-256 over everything that is signed."""
    return hashlib.sha256(dumps({"rental": rental_id, "purpose": purpose, "items": list(items)}).encode()).hexdigest()


async def items_for(site_id: UUID, kind: str, purpose: str) -> list[Item]:
    """Return what is looked at for a kind of unit: the site's own list, else the usual one."""
    found = await db.value("SELECT items FROM checklist_template WHERE site_id = $1 AND kind = $2 AND purpose = $3", site_id, kind, purpose)
    return read_items(found) if found else [Item(dict(texts)) for texts in USUAL_ITEMS[kind]]


async def set_template(actor: Actor, site_id: UUID, kind: str, purpose: str, texts: Sequence[dict[str, str]]) -> None:
    """Set what is looked at for a kind of unit at a site; checklists that were begun keep theirs. No texts: the usual list again.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage the site's space.
        PatternMismatch: no such kind, purpose or language.
        OutOfRange: more than 60 items.
        TooShort, TooLong: a text breaks its rule.
    """
    actor.require(Grant.MANAGE_SPACE, site_id, path=("input", "siteId"))
    _one_of(kind, "kind", UNIT_KINDS)
    _one_of(purpose, "purpose", PURPOSES)
    checks.between(len(texts), "items", 0, MOST_ITEMS, path=("input", "items"))
    items = [Item({_language(key): _text(value) for key, value in one.items()}) for one in texts]
    async with db.transaction():
        if items:
            await db.execute(
                "INSERT INTO checklist_template (id, site_id, kind, purpose, items, version) VALUES ($1, $2, $3, $4, $5, 1)"
                " ON CONFLICT (site_id, kind, purpose) DO UPDATE SET items = excluded.items, version = checklist_template.version + 1",
                new_id(),
                site_id,
                kind,
                purpose,
                dumps(items),
            )
        else:
            await db.execute("DELETE FROM checklist_template WHERE site_id = $1 AND kind = $2 AND purpose = $3", site_id, kind, purpose)
        await audit.record(actor, "set checklist items", "Site", site_id, after={"kind": kind, "purpose": purpose, "items": len(items)})


async def start_checklist(actor: Actor, rental_id: UUID, purpose: str) -> UUID:
    """Begin the checklist of a rental, once for each purpose: asked again, the same one is returned.

    Raises:
        NotFound: the actor sees no such rental.
        NotSignedIn, Forbidden: the actor is no staff of the site.
        PatternMismatch: no such purpose.
    """
    _one_of(purpose, "purpose", PURPOSES)
    rental = (await rentals_by_id(actor, [rental_id])).get(rental_id)
    if rental is None:
        raise NotFound(kind="Rental", path=("input", "rentalId"))
    actor.require(Grant.CHECK_IN, rental.site_id, path=("input", "rentalId"))
    checklist_id = new_id()
    async with db.transaction():
        kind: str = await db.value("SELECT kind FROM unit WHERE id = $1", rental.unit_id)
        items = await items_for(rental.site_id, kind, purpose)
        if not await db.execute(
            "INSERT INTO checklist (id, rental_id, site_id, purpose, items, content_hash, tenant_remark, absence_reason, created_at, version)"
            " VALUES ($1, $2, $3, $4, $5, '', '', '', $6, 1) ON CONFLICT (rental_id, purpose) DO NOTHING",
            checklist_id,
            rental_id,
            rental.site_id,
            purpose,
            dumps(items),
            clock.now(),
        ):
            known: UUID = await db.value("SELECT id FROM checklist WHERE rental_id = $1 AND purpose = $2", rental_id, purpose)
            return known
        await audit.record(actor, "start checklist", "Checklist", checklist_id, after={"rental": rental_id, "purpose": purpose})
        await outbox.record(ChecklistWasChanged(checklist_id, rental_id, waits_for_tenant=False, version=1))
    return checklist_id


async def fill_checklist(actor: Actor, checklist_id: UUID, found: Sequence[Found], expected_version: int) -> None:
    """Write how items were found. A staff signature that the tenant has not met yet is void by it.

    Raises:
        NotFound: the actor sees no such checklist.
        NotSignedIn, Forbidden: the actor is no staff of the site.
        Stale: it was changed meanwhile.
        ChecklistSigned: both sides have signed.
        OutOfRange, PatternMismatch, TooLong: an item that is not there, a state that is none, or a note that is too long.
    """
    async with db.transaction():
        row = await _locked(actor, checklist_id)
        actor.require(Grant.CHECK_IN, row["site_id"], path=("input", "checklistId"))
        checks.version(expected_version, row["version"])
        _require_open(row)
        items = read_items(row["items"])
        for one in found:
            checks.between(one.position, "position", 0, len(items) - 1, path=("input", "items"))
            _one_of(one.state, "state", ("", *STATES))
            note = checks.text(one.note, "note", at_least=0, at_most=500, path=("input", "items"))
            items[one.position] = replace(items[one.position], state=one.state, note=note)
        await db.execute(
            "UPDATE checklist SET items = $2, content_hash = '', staff_signed_by_id = NULL, staff_signed_at = NULL, version = version + 1"
            " WHERE id = $1",
            checklist_id,
            dumps(items),
        )
        await audit.record(actor, "fill checklist", "Checklist", checklist_id)
        await _changed(row, waits_for_tenant=False)


async def sign_checklist(
    actor: Actor, checklist_id: UUID, content_hash_shown: str = "", *, remark: str = "", absence_reason: str = ""
) -> None:
    """Sign a checklist: staff when all items were looked at, then the tenant, who confirms what was shown by its hash.

    Staff who give a reason sign for an absent tenant too. After both it never changes.

    Raises:
        NotFound: the actor sees no such checklist.
        NotSignedIn, Forbidden: the actor is neither staff of the site nor books for the tenant.
        ChecklistSigned: both sides have signed.
        ChecklistIncomplete: an item was not looked at.
        ChecklistNotSigned: the staff have not signed yet.
        ChecklistChanged: what was shown is not what staff signed; carries the current hash.
        TooLong, PatternMismatch: remark or reason break their rule.
    """
    shown = checks.text(remark, "remark", at_least=0, at_most=500, path=("input", "remark"))
    reason = checks.text(absence_reason, "absenceReason", at_least=0, at_most=300, path=("input", "absenceReason"))
    async with db.transaction():
        row = await _locked(actor, checklist_id)
        if actor.may(Grant.CHECK_IN, row["site_id"]):
            actor.require(Grant.CHECK_IN, row["site_id"], path=("input", "checklistId"))
            await _sign_for_staff(actor, row, reason)
        else:
            actor.require(Grant.BOOK_UNIT, row["organization_id"], path=("input", "checklistId"))
            await _sign_for_tenant(actor, row, content_hash_shown, shown)


async def _sign_for_staff(actor: Actor, row: asyncpg.Record, absence_reason: str) -> None:
    _require_open(row)
    items = read_items(row["items"])
    open_count = sum(not item.state for item in items)
    if open_count:
        raise ChecklistIncomplete(open_count=open_count, path=("input", "checklistId"))
    now = clock.now()
    await db.execute(
        "UPDATE checklist SET content_hash = $2, staff_signed_by_id = $3, staff_signed_at = $4, absence_reason = $5, closed_at = $6,"
        " version = version + 1 WHERE id = $1",
        row["id"],
        content_hash(row["rental_id"], row["purpose"], items),
        actor.person_id,
        now,
        absence_reason,
        now if absence_reason else None,
    )
    await audit.record(actor, "sign checklist", "Checklist", row["id"], after={"side": "staff", "absence_reason": absence_reason})
    await _changed(row, waits_for_tenant=not absence_reason)


async def _sign_for_tenant(actor: Actor, row: asyncpg.Record, shown_hash: str, remark: str) -> None:
    _require_open(row)
    if row["staff_signed_at"] is None:
        raise ChecklistNotSigned(purpose=row["purpose"], path=("input", "checklistId"))
    if shown_hash != row["content_hash"]:
        raise ChecklistChanged(current_hash=row["content_hash"], path=("input", "contentHash"))
    await db.execute(
        "UPDATE checklist SET tenant_signed_by_id = $2, tenant_remark = $3, closed_at = $4, version = version + 1 WHERE id = $1",
        row["id"],
        actor.person_id,
        remark,
        clock.now(),
    )
    await audit.record(actor, "sign checklist", "Checklist", row["id"], after={"side": "tenant", "remark": remark})
    await _changed(row, waits_for_tenant=False)


async def _changed(row: asyncpg.Record, *, waits_for_tenant: bool) -> None:
    await outbox.record(ChecklistWasChanged(row["id"], row["rental_id"], waits_for_tenant=waits_for_tenant, version=row["version"] + 1))


async def _locked(actor: Actor, checklist_id: UUID) -> asyncpg.Record:
    condition, args = visible_checklists(actor)
    found = await db.row(
        "SELECT c.*, r.organization_id FROM checklist c JOIN rental r ON r.id = c.rental_id"
        f" WHERE {condition} AND c.id = ${len(args) + 1} FOR UPDATE OF c",
        *args,
        checklist_id,
    )
    if found is None:
        raise NotFound(kind="Checklist", path=("input", "checklistId"))
    return found


def _require_open(row: asyncpg.Record) -> None:
    if row["closed_at"] is not None:
        raise ChecklistSigned(closed_at=row["closed_at"], path=("input", "checklistId"))


def _one_of(value: str, name: str, known: Sequence[str]) -> None:
    if value not in known:
        raise PatternMismatch(field=name, limit=", ".join(filter(None, known)), path=("input", name))


def _language(key: str) -> str:
    if key not in LANGUAGES:
        raise OutOfRange(field="items", limit=", ".join(filter(None, LANGUAGES)), path=("input", "items"))
    return key


def _text(value: str) -> str:
    return checks.text(value, "items", at_most=200, path=("input", "items"))
