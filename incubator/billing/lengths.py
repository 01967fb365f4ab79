"""How long the terms of a contract go on: until when they are charged, and a later end."""

from datetime import date
from uuid import UUID

from incubator import db
from incubator.kernel import audit
from incubator.kernel.actor import Actor
from incubator.kernel.errors import NotFound

LOCKED = "SELECT id FROM contract_term WHERE contract_id = $1 AND source_id = $2 ORDER BY id FOR UPDATE"


async def charged_until(contract_id: UUID, source_id: UUID, *, lock: bool = False) -> date | None:
    """Return the last day of a source that was charged by a contract, None for none.

    With `lock` its terms are locked first, so that no billing run charges more days until the running transaction ends: the charges are
    read by a statement of their own, after the wait.
    """
    if lock:
        await db.rows(LOCKED, contract_id, source_id)
    found: date | None = await db.value(
        "SELECT max(c.supplied_to) FROM charge c JOIN contract_term t ON c.source_kind = 'contract term' AND c.source_id = t.id"
        " WHERE t.contract_id = $1 AND t.source_id = $2",
        contract_id,
        source_id,
    )
    return found


async def extend_terms(actor: Actor, contract_id: UUID, source_id: UUID, ends_on: date) -> None:
    """Let the terms of a source go on until a later day, inside the running transaction. A term whose month is charged goes on after it.

    A month is charged once for each term, so days that are added to a charged month get a term of their own.

    Raises:
        NotFound: the contract has no such term.
    """
    await db.rows(LOCKED, contract_id, source_id)
    term = await db.row(
        "SELECT t.id, t.ends_on, EXISTS (SELECT 1 FROM charge c WHERE c.source_kind = 'contract term' AND c.source_id = t.id"
        " AND c.period = to_char(t.ends_on + 1, 'YYYY-MM')) AS is_charged FROM contract_term t WHERE t.contract_id = $1 AND t.source_id = $2"
        " ORDER BY t.ends_on DESC NULLS FIRST LIMIT 1",
        contract_id,
        source_id,
    )
    if term is None:
        raise NotFound(kind="Contract")
    if term["is_charged"]:
        await db.execute(
            "INSERT INTO contract_term (id, contract_id, kind, source_id, description, basis, quantity, unit_price_minor, price_includes_tax,"
            " supply, tax_category, tax_rate, is_waived, starts_on, ends_on, next_period_start) SELECT gen_random_uuid(), contract_id, kind, source_id,"
            " description, basis, quantity, unit_price_minor, price_includes_tax, supply, tax_category, tax_rate, is_waived, ends_on + 1, $2, ends_on + 1"
            " FROM contract_term WHERE id = $1",
            term["id"],
            ends_on,
        )
    else:
        await db.execute("UPDATE contract_term SET ends_on = $2 WHERE id = $1", term["id"], ends_on)
    await db.execute("UPDATE contract SET version = version + 1 WHERE id = $1", contract_id)
    await audit.record(actor, "extend contract", "Contract", contract_id, after={"ends_on": ends_on})
