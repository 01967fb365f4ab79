"""Asking the register about VAT ids, and keeping what it said: on every change, on demand, and again before an answer gets too old."""

from datetime import timedelta
from uuid import UUID

from incubator import db
from incubator.billing import vies
from incubator.billing.events import VatIdChecked
from incubator.billing.public_services import ServiceAway
from incubator.kernel import clock, outbox, work
from incubator.kernel.ids import new_id
from incubator.kernel.jsonable import dumps
from incubator.kernel.work import Item, TryLater
from incubator.organizations.vat_ids import EU, country_of, has_vat_id

CHECK_VAT_ID = "check VAT ID"
ASKED_AGAIN_AFTER = timedelta(days=90)
"""Well before `tax_terms.CHECK_HOLDS_FOR`, so that a register that is away for weeks blocks nobody."""
FIRST_DELAY_S, LAST_DELAY_S = 60, 6 * 3600
PREFIXES = sorted({*("EL" if country == "GR" else country for country in EU), "XI"})


async def schedule_check(vat_id: str, organization_id: UUID) -> bool:
    """Have the register asked about an id, at most once an hour; returns whether it will be asked. An id that VIES does not keep is left alone."""
    if not country_of(vat_id):
        return False
    hour = clock.now().strftime("%Y-%m-%dT%H")
    return await work.schedule(CHECK_VAT_ID, vat_id, period=hour, concerns=organization_id)


async def check_vat_id(item: Item) -> None:
    """Ask the register about an id and keep its answer. When it is away nothing is written, and it is asked again later and later.

    Raises:
        TryLater: the register is away.
        RegisterRefused: it takes the question for a wrong one; a person must look.
    """
    vat_id = item.subject
    requester = await _requester_for(vat_id)
    try:
        found = await _look_up(vat_id, requester)
    except ServiceAway as error:
        raise TryLater(str(error), min(FIRST_DELAY_S * 2 ** min(item.fence - 1, 10), LAST_DELAY_S)) from error
    async with db.transaction():
        await work.require_lease(item)
        await db.execute(
            "INSERT INTO vat_check (id, vat_id, asked_by_vat_id, is_valid, name, address, consultation, source, answer, checked_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            new_id(),
            vat_id,
            requester,
            found.is_valid,
            found.name[:300],
            found.address,
            found.consultation[:60],
            vies.SOURCE,
            dumps(found.raw),
            clock.now(),
        )
        holders = await db.rows("SELECT id, version FROM organization WHERE vat_id = $1 ORDER BY id", vat_id)
        await outbox.record(*(VatIdChecked(row["id"], row["version"], vat_id, found.is_valid) for row in holders))


async def _look_up(vat_id: str, requester: str) -> vies.Found:
    try:
        return await vies.look_up(vat_id, requester)
    except vies.RegisterRefused as error:
        if error.code != vies.REQUESTER_REFUSED or not requester:
            raise
        return await vies.look_up(vat_id)


async def _requester_for(vat_id: str) -> str:
    """Return the VAT id of the legal entity that would ask: one that has to do with the holder, else any of a member state; empty for none."""
    found = await db.rows(
        "SELECT r.vat_id FROM tax_registration r WHERE r.vat_id <> '' AND r.valid_from <= $2::date AND (r.valid_to IS NULL OR r.valid_to >= $2)"
        " ORDER BY EXISTS (SELECT 1 FROM contract c JOIN organization o ON o.id = c.customer_id WHERE c.legal_entity_id = r.legal_entity_id"
        " AND o.vat_id = $1) DESC, r.valid_from DESC, r.id",
        vat_id,
        clock.now().date(),
    )
    return next((row["vat_id"] for row in found if has_vat_id(row["vat_id"], country_of(row["vat_id"]))), "")


async def check_old_answers(limit: int = 200) -> int:
    """Have the register asked again about ids on which a contract or an open invoice hangs and of which it was asked long ago, or never."""
    found = await db.rows(
        "SELECT DISTINCT ON (o.vat_id) o.vat_id, o.id FROM organization o WHERE left(o.vat_id, 2) = ANY($1::text[])"
        " AND NOT EXISTS (SELECT 1 FROM vat_check c WHERE c.vat_id = o.vat_id AND c.checked_at > $2)"
        " AND NOT EXISTS (SELECT 1 FROM work_item w WHERE w.kind = $3 AND w.subject = o.vat_id AND w.state <> 'done')"
        " AND (EXISTS (SELECT 1 FROM contract c JOIN contract_term t ON t.contract_id = c.id WHERE c.customer_id = o.id"
        " AND (t.ends_on IS NULL OR t.ends_on >= $4))"
        " OR EXISTS (SELECT 1 FROM invoice i WHERE i.customer_id = o.id AND (i.state = 'draft' OR (i.state = 'finalised'"
        " AND i.paid_minor + i.credited_minor < i.gross_minor))))"
        " ORDER BY o.vat_id, o.id LIMIT $5",
        PREFIXES,
        clock.now() - ASKED_AGAIN_AFTER,
        CHECK_VAT_ID,
        clock.now().date(),
        limit,
    )
    return sum([await schedule_check(row["vat_id"], row["id"]) for row in found])
