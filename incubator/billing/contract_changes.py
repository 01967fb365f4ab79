"""What becomes of a contract: it pauses and goes on, its prices change from a day on; what was charged for other days is taken back."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import asyncpg

from incubator import db
from incubator.billing.contract_errors import MinimumTaken, PauseOverlaps, TermOver
from incubator.billing.events import ContractChanged
from incubator.billing.fallen_away import Term, lock_terms, pauses_of, take_back
from incubator.billing.heirs import NewPrice, write_heir
from incubator.billing.lengths import cut_terms, end_contract
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound, OutOfRange, PeriodInverted
from incubator.kernel.ids import new_id
from incubator.kernel.money import MAX_AMOUNT_MINOR


async def change_price(actor: Actor, contract_id: UUID, change: NewPrice, expected_version: int) -> UUID:
    """Let a term cost something else from a day on: it ends the day before, and its heir's id is returned.

    Days that were charged at the old price are taken back and billed at the new one.

    Raises:
        NotFound: the actor looks after no such contract, or it has no such term.
        NotSignedIn, Forbidden: the actor does not run billing for the legal entity.
        Stale: it was changed meanwhile.
        OutOfRange: price, quantity or discount are beyond their limits.
        TermOver: the term does not hold on that day.
    """
    checks.between(change.unit_price_minor or 0, "unitPriceMinor", 0, MAX_AMOUNT_MINOR, ("input", "unitPriceMinor"))
    if change.quantity is not None and not 0 < change.quantity < Decimal(10**9):
        raise OutOfRange(field="quantity", limit="> 0, < 1000000000", path=("input", "quantity"))
    if change.discount_percent is not None and not 0 <= change.discount_percent <= 100:
        raise OutOfRange(field="discountPercent", limit="0 – 100", path=("input", "discountPercent"))
    async with db.transaction():
        await _lock(actor, contract_id, expected_version)
        term = next((one for one in await lock_terms(contract_id) if one["id"] == change.term_id), None)
        if term is None:
            raise NotFound(kind="ContractTerm", path=("input", "termId"))
        if change.starts_on < term["starts_on"] or (term["ends_on"] is not None and change.starts_on > term["ends_on"]):
            raise TermOver(limit=f"{term['starts_on']} – {term['ends_on'] or '…'}", path=("input", "startsOn"))
        heir_id = await replace_term(actor, term, change, f"New price from {change.starts_on}.")
        await audit.record(actor, "change price", "Contract", contract_id, after={"term": heir_id, "starts_on": change.starts_on})
    return heir_id


async def replace_term(actor: Actor, term: Term, change: NewPrice, reason: str) -> UUID:
    """End a locked term the day before a change and write its heir, inside the running transaction; returns the heir's id.

    What was charged for the days from then on is taken back, with the reason; the heir bills them.
    """
    heir_id = await write_heir(term, change)
    last = change.starts_on - timedelta(days=1)
    if term["is_charged"]:
        await take_back(actor, [(term, last)], await pauses_of(term["contract_id"]), reason)
    await cut_terms([term], last)
    return heir_id


async def pause_contract(actor: Actor, contract_id: UUID, first_on: date, last_on: date | None, reason: str, expected_version: int) -> UUID:
    """Let a contract cost nothing on some days of the site (both included; no last day: until further notice); returns the pause's id.

    What was charged for them is taken back.

    Raises:
        NotFound: the actor looks after no such contract.
        NotSignedIn, Forbidden: the actor does not run billing for the legal entity.
        TooShort, TooLong: the reason.
        PeriodInverted: the last day is before the first.
        Stale: it was changed meanwhile.
        PauseOverlaps: it is paused on some of the days already.
    """
    shown = checks.text(reason, "reason", at_most=300, path=("input", "reason"))
    if last_on is not None and last_on < first_on:
        raise PeriodInverted(field="lastOn", limit=f"{first_on} – {last_on}", path=("input", "lastOn"))
    pause_id = new_id()
    async with db.transaction():
        await _lock(actor, contract_id, expected_version)
        terms = await lock_terms(contract_id)
        try:
            async with db.transaction():
                await db.execute(
                    "INSERT INTO contract_pause (id, contract_id, first_on, last_on, reason, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
                    pause_id,
                    contract_id,
                    first_on,
                    last_on,
                    shown,
                    clock.now(),
                )
        except asyncpg.ExclusionViolationError as error:
            raise PauseOverlaps(path=("input", "firstOn")) from error
        charged = [(term, term["ends_on"]) for term in terms if term["is_charged"]]
        await take_back(actor, charged, await pauses_of(contract_id), f"Paused from {first_on}: {shown}")
        await audit.record(
            actor, "pause contract", "Contract", contract_id, after={"first_on": first_on, "last_on": last_on, "reason": shown}
        )
    return pause_id


async def resume_contract(actor: Actor, contract_id: UUID, pause_id: UUID, last_on: date, expected_version: int) -> None:
    """Let a paused contract go on after a day: the pause's last. Days that a run has passed over already stay paused.

    Raises:
        NotFound: the actor looks after no such contract, or it has no such pause.
        NotSignedIn, Forbidden: the actor does not run billing for the legal entity.
        Stale: it was changed meanwhile.
        OutOfRange: the day is before the pause, after its end, or in a period that was billed without the paused days.
    """
    async with db.transaction():
        await _lock(actor, contract_id, expected_version)
        terms = await lock_terms(contract_id)
        pause = await db.row(
            "SELECT first_on, last_on FROM contract_pause WHERE id = $1 AND contract_id = $2 FOR UPDATE", pause_id, contract_id
        )
        if pause is None:
            raise NotFound(kind="ContractPause", path=("input", "pauseId"))
        billed = max((term["next_period_start"] - timedelta(days=1) for term in terms if term["is_charged"]), default=date.min)
        earliest = max(pause["first_on"], min(billed, pause["last_on"] or date.max))
        if last_on < earliest or (pause["last_on"] is not None and last_on > pause["last_on"]):
            raise OutOfRange(field="lastOn", limit=f"{earliest} – {pause['last_on'] or '…'}", path=("input", "lastOn"))
        await db.execute("UPDATE contract_pause SET last_on = $2 WHERE id = $1", pause_id, last_on)
        await audit.record(actor, "resume contract", "Contract", contract_id, after={"pause": pause_id, "last_on": last_on})


async def stop_contract(actor: Actor, contract_id: UUID, ends_on: date, expected_version: int) -> int:
    """End a contract on a day; what was charged for later days is taken back. Returns how much, as priced.

    Raises:
        NotFound: the actor looks after no such contract.
        NotSignedIn, Forbidden: the actor does not run billing for the legal entity.
        Stale: it was changed meanwhile.
    """
    async with db.transaction():
        await _lock(actor, contract_id, expected_version)
        return await end_contract(actor, contract_id, ends_on)


async def set_minimum(actor: Actor, contract_id: UUID, minimum_minor: int | None, expected_version: int) -> None:
    """Agree on what each calendar month comes to at least, as priced; None: on nothing. Months that were billed stay as they are.

    Raises:
        NotFound: the actor looks after no such contract.
        NotSignedIn, Forbidden: the actor does not run billing for the legal entity.
        OutOfRange: less than 1, or beyond all amounts.
        MinimumTaken: another contract of the customer promises one.
        Stale: it was changed meanwhile.
    """
    if minimum_minor is not None:
        checks.between(minimum_minor, "minimumMinor", 1, MAX_AMOUNT_MINOR, ("input", "minimumMinor"))
    async with db.transaction():
        found = await _lock(actor, contract_id, expected_version)
        today = clock.today(found["time_zone"])
        try:
            async with db.transaction():
                await db.execute(
                    "UPDATE contract SET minimum_minor = $2, minimum_billed_until = greatest(minimum_billed_until, $3) WHERE id = $1",
                    contract_id,
                    minimum_minor,
                    today.replace(day=1) - timedelta(days=1),
                )
        except asyncpg.UniqueViolationError as error:
            raise MinimumTaken(path=("input", "contractId")) from error
        await audit.record(actor, "set minimum", "Contract", contract_id, after={"minimum_minor": minimum_minor})


async def _lock(actor: Actor, contract_id: UUID, expected_version: int) -> asyncpg.Record:
    """Lock a contract for whoever runs billing for its legal entity, and raise its version."""
    found = await db.row(
        "SELECT c.version, c.legal_entity_id, s.time_zone FROM contract c JOIN site s ON s.id = c.site_id WHERE c.id = $1 FOR UPDATE OF c",
        contract_id,
    )
    if found is None or not actor.may(Grant.SEE_MONEY, found["legal_entity_id"]):
        raise NotFound(kind="Contract", path=("input", "contractId"))
    actor.require(Grant.RUN_BILLING, found["legal_entity_id"], path=("input", "contractId"))
    checks.version(expected_version, found["version"])
    await db.execute("UPDATE contract SET version = version + 1 WHERE id = $1", contract_id)
    await outbox.record(ContractChanged(contract_id, found["version"] + 1))
    return found
