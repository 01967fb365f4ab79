"""Decides the tax of many supplies with the facts of their parties, read once for all of them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from incubator import db
from incubator.billing import tax
from incubator.billing.errors import NoTaxRule
from incubator.billing.terms import GivenTax, Supply
from incubator.kernel.errors import DomainError, NotFound

UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Decided:
    """The tax of a supply. Without a decision the category is empty, the rate 0, and `refusal` says why."""

    category: str
    rate: Decimal
    rule: str
    note: str
    evidence: dict[str, str] = field(default_factory=dict)
    refusal: DomainError | None = None


@dataclass(frozen=True, slots=True)
class _Seller:
    country: str
    registrations: tuple[tuple[date, date | None, bool], ...]

    def taxes_letting(self, on: date) -> bool:
        held = [row for row in self.registrations if row[0] <= on and (row[1] is None or row[1] >= on)]
        return held[-1][2] if held else False


class TaxDesk:
    """The facts of some customers and legal entities, and the decisions made with them; each question is decided once."""

    def __init__(self, sellers: dict[UUID, _Seller], buyers: dict[UUID, tuple[str, str]]) -> None:
        self._sellers, self._buyers = sellers, buyers
        self._known: dict[tuple[tax.Question, GivenTax | None], Decided] = {}

    @classmethod
    async def open(cls, legal_entity_ids: Collection[UUID], customer_ids: Collection[UUID]) -> "TaxDesk":
        """Read the facts."""
        sellers = await db.rows("SELECT id, country FROM legal_entity WHERE id = ANY($1::uuid[])", list(legal_entity_ids))
        registered = await db.rows(
            "SELECT legal_entity_id, valid_from, valid_to, taxes_letting FROM tax_registration WHERE legal_entity_id = ANY($1::uuid[])"
            " ORDER BY valid_from",
            list(legal_entity_ids),
        )
        buyers = await db.rows("SELECT id, country, vat_id FROM organization WHERE id = ANY($1::uuid[])", list(customer_ids))
        held: dict[UUID, list[tuple[date, date | None, bool]]] = {}
        for row in registered:
            held.setdefault(row["legal_entity_id"], []).append((row["valid_from"], row["valid_to"], row["taxes_letting"]))
        return cls(
            {row["id"]: _Seller(row["country"], tuple(held.get(row["id"], ()))) for row in sellers},
            {row["id"]: (row["country"], row["vat_id"]) for row in buyers},
        )

    def decide(self, customer_id: UUID, legal_entity_id: UUID, supply: Supply, on: date, given: GivenTax | None = None) -> Decided:
        """Decide the tax of a supply of a day.

        Raises:
            NotFound: there is no such customer or legal entity.
        """
        if customer_id not in self._buyers or legal_entity_id not in self._sellers:
            raise NotFound(kind="Organization")
        seller, (country, vat_id) = self._sellers[legal_entity_id], self._buyers[customer_id]
        question = tax.Question(seller.country, country, vat_id, supply, on, seller.taxes_letting(on))
        known = self._known.get((question, given))
        if known is None:
            known = self._known[question, given] = _decided(question, given)
        return known


def _decided(question: tax.Question, given: GivenTax | None) -> Decided:
    try:
        found = tax.decide(question, given)
    except NoTaxRule as refusal:
        return Decided("", Decimal(0), UNDECIDED, refusal.message()[:300], {}, refusal)
    evidence = {"seller country": question.seller_country, "buyer country": question.buyer_country, "time of supply": str(question.on)}
    return Decided(found.category.value, found.rate, found.rule, found.note, evidence)
