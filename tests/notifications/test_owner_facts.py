"""Owners are told of their statements, and both sides of a share that the other has set."""

from decimal import Decimal
from pathlib import Path

import pytest

from incubator import db
from incubator.config import Settings
from incubator.embedded import mailbox
from incubator.kernel.actor import Actor, Role
from incubator.spaces import service
from tests.support import make
from tests.support.drain import drain

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def local_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Mail lands in a folder of the test's own."""
    monkeypatch.setattr("incubator.notifications.jobs.settings", lambda: Settings(data_dir=tmp_path))
    return tmp_path


async def letters_to(folder: Path, actor: Actor) -> list[str]:
    """The subjects of what somebody was mailed, the latest first."""
    return [
        letter.subject for letter in mailbox.letters(folder, to=await db.value("SELECT email FROM person WHERE id = $1", actor.person_id))
    ]


async def test_a_statement_is_told_to_the_owners_people_and_to_nobody_else(local_mail: Path) -> None:
    house, tenant = await make.house(), await make.startup_owner()
    university = await make.person(await make.organization("university"), Role.REPRESENTATIVE)
    assert university.organization_id is not None
    assert tenant.organization_id is not None

    await make.owner_statement(house, university.organization_id, tenant.organization_id)
    await drain()

    [subject] = await letters_to(local_mail, university)
    assert subject.startswith("Your share for ")
    assert subject.endswith(": €62.50")
    assert len(mailbox.letters(local_mail)) == 1


async def test_a_share_is_told_to_the_side_that_did_not_set_it(local_mail: Path) -> None:
    house = await make.house()
    university = await make.person(await make.organization("university"), Role.REPRESENTATIVE)
    assert university.organization_id is not None
    unit = await make.unit(house, "instrument")
    await service.set_owner(house.manager, unit, service.OwnerTerms(university.organization_id, Decimal(50)))

    await service.set_share(university, unit, Decimal("62.50"))
    await drain()
    manager_first, university_first = await letters_to(local_mail, house.manager), await letters_to(local_mail, university)
    await service.set_share(house.manager, unit, Decimal(40))
    await drain()

    assert [" 62.5 % " in subject for subject in manager_first] == [True]
    assert university_first == []
    assert [" 40 % " in subject for subject in await letters_to(local_mail, university)] == [True]
    assert len(await letters_to(local_mail, house.manager)) == 1
