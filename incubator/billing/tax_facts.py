"""What the tax rules ask about both sides, read for one supply or for many at once."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from incubator import db
from incubator.billing.tax import Question
from incubator.billing.tax_terms import Answer, Scheme, Status, TaxStatusKind, usable
from incubator.billing.terms import Supply
from incubator.kernel import clock
from incubator.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class TaxFacts:
    """What the tax rules ask about seller, buyer and site, as of a day of supply."""

    seller_country: str
    taxes_letting: bool
    scheme: Scheme
    place_country: str
    place_region: str
    buyer_country: str
    buyer_vat_id: str
    answer: Answer | None
    statuses: tuple[Status, ...]

    def question(self, supply: Supply, on: date) -> Question:
        """Ask how a supply of a day is taxed."""
        return Question(
            seller_country=self.seller_country,
            buyer_country=self.buyer_country,
            buyer_vat_id=self.buyer_vat_id,
            supply=supply,
            on=on,
            seller_taxes_letting=self.taxes_letting,
            seller_scheme=self.scheme,
            place_country=self.place_country,
            place_region=self.place_region,
            vat_answer=self.answer,
            statuses=self.statuses,
        )


@dataclass(frozen=True, slots=True)
class _Registration:
    first: date
    last: date | None
    taxes_letting: bool
    scheme: Scheme


@dataclass(frozen=True, slots=True)
class _Buyer:
    country: str
    vat_id: str
    answers: tuple[Answer, ...]
    statuses: tuple[Status, ...]


@dataclass(frozen=True, slots=True)
class FactBook:
    """The facts of some legal entities, customers and sites, read in three statements for any number of them."""

    sellers: dict[UUID, tuple[str, tuple[_Registration, ...]]]
    buyers: dict[UUID, _Buyer]
    sites: dict[UUID, tuple[str, str]]

    def facts(self, customer_id: UUID, legal_entity_id: UUID, site_id: UUID | None, on: date) -> TaxFacts:
        """Return what the tax rules ask, as of a day of supply; without a site the place is the seller's country.

        Raises:
            NotFound: there is no such customer or legal entity.
        """
        if customer_id not in self.buyers or legal_entity_id not in self.sellers:
            raise NotFound(kind="Organization")
        country, registrations = self.sellers[legal_entity_id]
        held = next((one for one in registrations if one.first <= on and (one.last is None or one.last >= on)), None)
        buyer = self.buyers[customer_id]
        place_country, place_region = self.sites.get(site_id, ("", "")) if site_id else ("", "")
        return TaxFacts(
            seller_country=country,
            taxes_letting=held.taxes_letting if held else False,
            scheme=held.scheme if held else Scheme.STANDARD,
            place_country=place_country,
            place_region=place_region,
            buyer_country=buyer.country,
            buyer_vat_id=buyer.vat_id,
            answer=usable(buyer.answers, on, clock.now()) if buyer.answers else None,
            statuses=tuple(one for one in buyer.statuses if one.first <= on and (one.last is None or one.last >= on)),
        )


_SELLERS = """
SELECT e.id, e.country, (SELECT json_agg(json_build_object('first', valid_from, 'last', valid_to, 'taxes_letting', taxes_letting, 'scheme', scheme)
  ORDER BY valid_from DESC) FROM tax_registration r WHERE r.legal_entity_id = e.id) AS registrations
FROM legal_entity e WHERE e.id = ANY($1::uuid[])
"""
_BUYERS = """
SELECT o.id, o.country, o.vat_id,
  CASE WHEN o.vat_id <> '' THEN (SELECT json_agg(json_build_object('is_valid', is_valid, 'checked_at', checked_at, 'source', source,
     'consultation', consultation, 'name', name)) FROM vat_check c WHERE c.vat_id = o.vat_id) END AS answers,
  (SELECT json_agg(json_build_object('kind', kind, 'country', country, 'region', region, 'value', value, 'proof', proof,
     'first', valid_from, 'last', valid_to) ORDER BY valid_from DESC, id) FROM tax_status t WHERE t.organization_id = o.id) AS statuses
FROM organization o WHERE o.id = ANY($1::uuid[])
"""


async def open_facts(legal_entity_ids: Collection[UUID], customer_ids: Collection[UUID], site_ids: Collection[UUID]) -> FactBook:
    """Read the facts of some legal entities, customers and sites."""
    sellers = await db.rows(_SELLERS, list(legal_entity_ids))
    buyers = await db.rows(_BUYERS, list(customer_ids))
    sites = await db.rows("SELECT id, country, subdivision FROM site WHERE id = ANY($1::uuid[])", list(site_ids))
    return FactBook(
        {row["id"]: (row["country"], tuple(_registration(one) for one in _list(row["registrations"]))) for row in sellers},
        {
            row["id"]: _Buyer(
                row["country"],
                row["vat_id"],
                tuple(_answer(one) for one in _list(row["answers"])),
                tuple(_status(one) for one in _list(row["statuses"])),
            )
            for row in buyers
        },
        {row["id"]: (row["country"], row["subdivision"]) for row in sites},
    )


async def tax_facts(customer_id: UUID, legal_entity_id: UUID, site_id: UUID | None, on: date) -> TaxFacts:
    """Return what the tax rules ask, as of a day of supply; without a site the place is the seller's country.

    Raises:
        NotFound: there is no such customer or legal entity.
    """
    book = await open_facts([legal_entity_id], [customer_id], [site_id] if site_id else [])
    return book.facts(customer_id, legal_entity_id, site_id, on)


def _list(text: str | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text) if text else []
    return found


def _registration(raw: dict[str, Any]) -> _Registration:
    last = date.fromisoformat(raw["last"]) if raw["last"] else None
    return _Registration(date.fromisoformat(raw["first"]), last, raw["taxes_letting"], Scheme(raw["scheme"]))


def _answer(raw: dict[str, Any]) -> Answer:
    return Answer(raw["is_valid"], datetime.fromisoformat(raw["checked_at"]), raw["source"], raw["consultation"], raw["name"])


def _status(raw: dict[str, Any]) -> Status:
    last = date.fromisoformat(raw["last"]) if raw["last"] else None
    kind, first = TaxStatusKind(raw["kind"]), date.fromisoformat(raw["first"])
    return Status(kind, raw["country"], raw["proof"], first, last, raw["region"], raw["value"])
