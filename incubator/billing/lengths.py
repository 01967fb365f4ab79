"""How long the terms of a contract go on: until when they are charged, an end, a later end."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from incubator import db
from incubator.billing.fallen_away import Term, lock_terms, pauses_of, take_back
from incubator.billing.heirs import NewPrice, write_heir
from incubator.kernel import audit
from incubator.kernel.actor import Actor
from incubator.kernel.errors import NotFound

ENDED = "The contract ends on {day}."


async def charged_until(contract_id: UUID, source_id: UUID, *, lock: bool = False) -> date | None:
    """Return the last day of a source that was charged by a contract, None for none.

    With `lock` its terms are locked first, so that no billing run charges more days until the running transaction ends: the charges are
    read by a statement of their own, after the wait.
    """
    if lock:
        await lock_terms(contract_id, source_id)
    found: date | None = await db.value(
        "SELECT max(c.supplied_to) FROM charge c JOIN contract_term t ON c.source_kind = 'contract term' AND c.source_id = t.id"
        " WHERE t.contract_id = $1 AND t.source_id = $2 AND c.supplied_to < t.next_period_start",
        contract_id,
        source_id,
    )
    return found


async def end_contract(actor: Actor, contract_id: UUID, ends_on: date, *, source_id: UUID | None = None) -> int:
    """End a contract's terms (those of one source, when it is named) on a day, inside the running transaction.

    What was charged for days after it is taken back: drafts ask less, invoices are credited; a part that was paid becomes the customer's
    balance. Returns how much, as priced.

    Raises:
        NotFound: there is no such contract.
    """
    async with db.transaction():
        if not await db.execute("UPDATE contract SET version = version + 1 WHERE id = $1", contract_id):
            raise NotFound(kind="Contract")
        terms = [t for t in await lock_terms(contract_id, source_id) if t["ends_on"] is None or t["ends_on"] > ends_on]
        taken = await take_back(
            actor, [(term, ends_on) for term in terms if term["is_charged"]], await pauses_of(contract_id), ENDED.format(day=ends_on)
        )
        await cut_terms(terms, ends_on)
        await audit.record(
            actor, "end contract", "Contract", contract_id, after={"ends_on": ends_on, "terms": len(terms), "taken_back_minor": taken}
        )
    return taken


async def cut_terms(terms: Sequence[Term], ends_on: date) -> None:
    """Let locked terms end on a day, inside the running transaction. Of one that begins later nothing is kept: it goes, unless it was charged."""
    gone = [term["id"] for term in terms if not term["is_charged"] and term["starts_on"] > ends_on]
    cut = [term["id"] for term in terms if term["id"] not in gone]
    if cut:
        await db.execute(
            "UPDATE contract_term SET ends_on = greatest($2::date, starts_on - 1), next_period_start = greatest(starts_on,"
            " least(next_period_start, $2::date + 1)) WHERE id = ANY($1::uuid[])",
            cut,
            ends_on,
        )
    if gone:
        await db.execute("DELETE FROM contract_term WHERE id = ANY($1::uuid[])", gone)


async def extend_terms(actor: Actor, contract_id: UUID, source_id: UUID, ends_on: date) -> None:
    """Let the last term of a source go on until a later day, inside the running transaction; the days that are added are billed on.

    Raises:
        NotFound: the contract has no such term.
    """
    terms = await lock_terms(contract_id, source_id)
    if not terms:
        raise NotFound(kind="Contract")
    *_, last = sorted(terms, key=lambda term: (term["ends_on"] or date.max - timedelta(days=1), term["starts_on"], term["id"]))
    if last["ends_on"] is not None:
        is_kept = last["ends_on"] >= last["starts_on"]
        going_on = last["id"] if is_kept else await write_heir(last, NewPrice(last["id"], last["starts_on"]))
        await db.execute("UPDATE contract_term SET ends_on = $2 WHERE id = $1", going_on, ends_on)
    await db.execute("UPDATE contract SET version = version + 1 WHERE id = $1", contract_id)
    await audit.record(actor, "extend contract", "Contract", contract_id, after={"ends_on": ends_on})
