"""What the tax rules ask about both sides, read in one statement."""

import json
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


_FACTS = """
SELECT e.country AS seller_country, s.country AS place_country, s.subdivision AS place_region, o.country AS buyer_country,
  o.vat_id AS buyer_vat_id, r.taxes_letting, r.scheme,
  (SELECT json_agg(json_build_object('is_valid', is_valid, 'checked_at', checked_at, 'source', source, 'consultation', consultation, 'name', name))
   FROM ((SELECT c.id, is_valid, checked_at, source, consultation, name FROM vat_check c WHERE c.vat_id = o.vat_id AND o.vat_id <> '' ORDER BY checked_at DESC LIMIT 1)
     UNION (SELECT c.id, is_valid, checked_at, source, consultation, name FROM vat_check c WHERE c.vat_id = o.vat_id AND o.vat_id <> '' AND c.checked_at < $3::date + 1 ORDER BY checked_at DESC LIMIT 1)) c
  ) AS answers,
  (SELECT json_agg(json_build_object('kind', kind, 'country', country, 'region', region, 'value', value, 'proof', proof,
     'first', valid_from, 'last', valid_to) ORDER BY valid_from DESC, id)
   FROM tax_status t WHERE t.organization_id = o.id AND t.valid_from <= $3 AND (t.valid_to IS NULL OR t.valid_to >= $3)) AS statuses
FROM legal_entity e JOIN organization o ON o.id = $1
LEFT JOIN site s ON s.id = $4
LEFT JOIN LATERAL (SELECT taxes_letting, scheme FROM tax_registration r WHERE r.legal_entity_id = e.id AND r.valid_from <= $3
  AND (r.valid_to IS NULL OR r.valid_to >= $3) ORDER BY r.valid_from DESC LIMIT 1) r ON TRUE
WHERE e.id = $2
"""


async def tax_facts(customer_id: UUID, legal_entity_id: UUID, site_id: UUID | None, on: date) -> TaxFacts:
    """Return what the tax rules ask, as of a day of supply; without a site the place is the seller's country.

    Raises:
        NotFound: there is no such customer or legal entity.
    """
    found = await db.row(_FACTS, customer_id, legal_entity_id, on, site_id)
    if found is None:
        raise NotFound(kind="Organization")
    answers = tuple(_answer(one) for one in json.loads(found["answers"] or "[]"))
    return TaxFacts(
        seller_country=found["seller_country"],
        taxes_letting=found["taxes_letting"] or False,
        scheme=Scheme(found["scheme"] or Scheme.STANDARD),
        place_country=found["place_country"] or "",
        place_region=found["place_region"] or "",
        buyer_country=found["buyer_country"],
        buyer_vat_id=found["buyer_vat_id"],
        answer=usable(answers, on, clock.now()),
        statuses=tuple(_status(one) for one in json.loads(found["statuses"] or "[]")),
    )


def _answer(raw: dict[str, Any]) -> Answer:
    return Answer(raw["is_valid"], datetime.fromisoformat(raw["checked_at"]), raw["source"], raw["consultation"], raw["name"])


def _status(raw: dict[str, Any]) -> Status:
    last = date.fromisoformat(raw["last"]) if raw["last"] else None
    kind, first = TaxStatusKind(raw["kind"]), date.fromisoformat(raw["first"])
    return Status(kind, raw["country"], raw["proof"], first, last, raw["region"], raw["value"])
