"""The port to VIES: yes, no, or away; away is never no, and what is no answer is away."""

import json

import httpx
import pytest

from incubator.billing import vies
from incubator.billing.public_services import ServiceAway, ask, through
from incubator.billing.vies import RegisterRefused, look_up
from incubator.embedded.public_registers import create_app
from tests.support.registers import Saying, Silent, registers

CELLWERK = "NL004495445B01"
ECHO = {"countryCode": "NL", "vatNumber": "004495445B01"}


async def test_says_yes_with_a_consultation_number_and_no() -> None:
    with registers() as state:
        yes = await look_up(CELLWERK, "DE136695976")
        anonymous = await look_up(CELLWERK)
        state.unknown.add(CELLWERK)
        no = await look_up(CELLWERK)

    assert (yes.is_valid, yes.name, yes.address, yes.consultation) == (True, f"HOLDER OF {CELLWERK}", "", "WAPIAAAA00000001")
    assert (anonymous.is_valid, anonymous.consultation) == (True, "")
    assert (no.is_valid, no.name) == (False, "")
    assert state.asked[0] == {**ECHO, "requesterMemberStateCode": "DE", "requesterNumber": "136695976"}


async def test_northern_ireland_and_greece_are_asked_by_their_own_prefixes() -> None:
    with registers():
        assert (await look_up("XI980780684")).is_valid
        assert (await look_up("EL094259216")).is_valid


@pytest.mark.parametrize("code", ["MS_UNAVAILABLE", "GLOBAL_MAX_CONCURRENT_REQ", "TIMEOUT", "SERVICE_UNAVAILABLE"])
async def test_a_register_that_cannot_say_now_is_away(code: str) -> None:
    with registers() as state, pytest.raises(ServiceAway):
        state.error, state.errors_left = code, 1
        await look_up(CELLWERK)


async def test_a_wrong_question_is_refused_by_its_code() -> None:
    with registers():
        with pytest.raises(RegisterRefused) as number:
            await look_up("NL004495446B01")
        with pytest.raises(RegisterRefused) as asker:
            await look_up(CELLWERK, "DE136695977")

    assert (number.value.code, asker.value.code) == ("INVALID_INPUT", vies.REQUESTER_REFUSED)


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 200),
        (b"<html>maintenance</html>", 200),
        (b"[]", 200),
        (b"{}", 200),
        (json.dumps(ECHO).encode(), 200),
        (json.dumps(ECHO | {"valid": "true"}).encode(), 200),
        (json.dumps(ECHO | {"vatNumber": "1", "valid": True}).encode(), 200),
        (json.dumps(ECHO | {"valid": False}).encode(), 503),
        (json.dumps({"errorWrappers": [{}]}).encode(), 400),
        (json.dumps({"errorWrappers": [{"error": "INVALID_INPUT"}]}).encode(), 500),
        (json.dumps(ECHO | {"valid": True, "name": "x" * 70_000}).encode(), 200),
    ],
)
async def test_what_is_no_answer_is_away(content: bytes, status: int) -> None:
    with through(Saying(content, status)), pytest.raises(ServiceAway):
        await look_up(CELLWERK)


async def test_a_register_that_nobody_reaches_is_away() -> None:
    with through(Silent()), pytest.raises(ServiceAway):
        await look_up(CELLWERK)


@pytest.mark.parametrize(
    "question",
    [
        b"NL004495445B01",
        json.dumps({"countryCode": "NL"}).encode(),
        json.dumps(ECHO | {"country": "NL"}).encode(),
        json.dumps(ECHO | {"requesterNumber": "136695976"}).encode(),
        json.dumps(ECHO | {"vatNumber": 4495445}).encode(),
    ],
)
async def test_the_simulator_takes_no_question_that_vies_would_not(question: bytes) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_app())) as client:
        answer = await client.post("http://vies/vies/check-vat-number", content=question, headers={"content-type": "application/json"})

    assert (answer.status_code, answer.json()["errorWrappers"]) == (400, [{"error": "INVALID_INPUT"}])


async def test_an_answer_is_read_up_to_its_limit_only() -> None:
    with through(Saying(b"x" * 100)):
        assert len((await ask("GET", "http://bank/", at_most=100)).content) == 100
        with pytest.raises(ServiceAway):
            await ask("GET", "http://bank/", at_most=99)
