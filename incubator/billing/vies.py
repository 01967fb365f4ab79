"""The port to VIES, the European Commission's register of VAT ids. It answers yes or no, or it is away; away is never no.

Source: the REST service `check-vat-number` behind ec.europa.eu/taxation_customs/vies (November 2026). With the asker's own VAT id it gives a
consultation number, by which a tax office believes that it was asked.
"""

import json
from dataclasses import dataclass
from typing import Any

from incubator.billing.public_services import Reply, ServiceAway, ask
from incubator.config import settings

SOURCE = "VIES"
_BUSY = frozenset(
    (
        "GLOBAL_MAX_CONCURRENT_REQ",
        "GLOBAL_MAX_CONCURRENT_REQ_TIME",
        "MS_MAX_CONCURRENT_REQ",
        "MS_MAX_CONCURRENT_REQ_TIME",
        "MS_UNAVAILABLE",
        "SERVICE_UNAVAILABLE",
        "SERVER_BUSY",
        "TIMEOUT",
    )
)
REQUESTER_REFUSED = "INVALID_REQUESTER_INFO"


class RegisterRefused(Exception):
    """VIES takes the question for a wrong one, and will again; `code` is its own."""

    def __init__(self, code: str) -> None:
        super().__init__(f"VIES refused: {code}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Found:
    """What VIES knows of an id. Name and address are empty where the member state tells none; `raw` is its whole answer."""

    is_valid: bool
    name: str
    address: str
    consultation: str
    raw: dict[str, Any]


async def look_up(vat_id: str, requester: str = "") -> Found:
    """Ask whether a VAT id exists, in the name of another one.

    Raises:
        ServiceAway: it cannot say now.
        RegisterRefused: the question is wrong; with `REQUESTER_REFUSED` only its asker is.
    """
    question = {"countryCode": vat_id[:2], "vatNumber": vat_id[2:]}
    if requester:
        question |= {"requesterMemberStateCode": requester[:2], "requesterNumber": requester[2:]}
    reply = await ask("POST", f"{settings().vies_url}/check-vat-number", body=question)
    return _read(reply, question)


def _read(reply: Reply, question: dict[str, str]) -> Found:
    try:
        answer = json.loads(reply.content)
    except ValueError as error:
        raise ServiceAway(f"VIES: status {reply.status}, no JSON") from error
    if not isinstance(answer, dict):
        raise ServiceAway(f"VIES: status {reply.status}, no object")
    _require_no_error(reply.status, answer)
    echoed = {name: answer.get(name) for name in ("countryCode", "vatNumber")}
    if not isinstance(answer.get("valid"), bool) or echoed != {name: question[name] for name in echoed}:
        raise ServiceAway(f"VIES: status {reply.status}, not an answer to the question")
    return Found(answer["valid"], _text(answer, "name"), _text(answer, "address"), _text(answer, "requestIdentifier"), answer)


def _require_no_error(status: int, answer: dict[str, Any]) -> None:
    wrappers = answer.get("errorWrappers")
    if isinstance(wrappers, list) and wrappers:
        first = wrappers[0]
        code = str(first.get("error", "")) if isinstance(first, dict) else ""
        if not code or code in _BUSY or status >= 500:
            raise ServiceAway(f"VIES: {code or 'an error without a name'}")
        raise RegisterRefused(code[:60])
    if status != 200:
        raise ServiceAway(f"VIES: status {status}")


def _text(answer: dict[str, Any], name: str) -> str:
    """Read a text; VIES writes three dashes for what it does not tell."""
    value = answer.get(name)
    return "" if not isinstance(value, str) or value.strip() == "---" else value.strip()
