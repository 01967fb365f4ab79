"""A valid call of every mutation of fapiao: who asks it on a side, and with what."""

from itertools import count
from typing import Any

from tests.graphql_api.asking_words import Asking, given
from tests.support.papers import PAPERS

_NUMBERS = count(2 * 10**18)
"""Given out once in all of China."""


def result(paper: str, invoice_id: str) -> dict[str, Any]:
    """What the tax platform gives for a document."""
    facts = PAPERS[paper]
    return given(
        invoiceId=invoice_id,
        number=f"{next(_NUMBERS):020d}",
        issuedOn=facts.issued_on.isoformat(),
        netMinor=facts.net_minor,
        taxMinor=facts.tax_minor,
        fileSha256="",
        expectedVersion=1,
    )


MONEY: dict[str, Asking] = {
    "requestFapiao": Asking("finance", lambda s: given(invoiceId=s.id("Invoice: statement"))),
    "recordFapiao": Asking("finance", lambda s: result("CN statement", s.id("Invoice: asked"))),
    "startRedLetter": Asking("finance", lambda s: given(invoiceId=s.id("Invoice: credit"), confirmation="31002")),
    "recordRedLetter": Asking("finance", lambda s: result("CN credit note", s.id("Invoice: waiting"))),
}
