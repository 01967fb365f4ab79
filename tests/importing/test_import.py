"""Files: all rows or none, every error by row and column in the reader's language, applied once."""

from dataclasses import replace
from importlib.resources import files

import pytest

from incubator import db
from incubator.importing import queries, service
from incubator.importing.errors import FileEmpty, FileTooLarge, ImportApplied, ImportHasErrors, WrongEncoding, WrongHeader, WrongShape
from incubator.kernel.actor import Role
from incubator.kernel.errors import Forbidden, NotFound
from incubator.kernel.language import Language
from incubator.organizations import access
from incubator.organizations.errors import KeyTaken
from tests.support import make

pytestmark = pytest.mark.usefixtures("database")
DATA = files("incubator.demo").joinpath("data")
HEADER = "key,name_en,name_local,kind,country,city,sector,source\n"


def rows(count: int, **bad: str) -> bytes:
    """Write an organisations file; `bad` replaces row 7."""
    lines = [f"org{n},Org {n},,startup,DE,Hamburg,biotech,test" for n in range(1, count + 1)]
    if bad:
        lines[6] = bad["row7"]
    return (HEADER + "\n".join(lines) + "\n").encode()


async def count(table: str) -> int:
    """Count the rows of a table."""
    return int(await db.value(f"SELECT count(*) FROM {table}"))


async def test_the_real_files_come_in_once_with_operators_and_legal_entities() -> None:
    manager = (await make.house(operator="lsn")).manager

    for kind, name in (("organizations", "organisations.csv"), ("sites", "sites.csv")):
        batch_id = await service.preview(manager, kind, name, DATA.joinpath(name).read_bytes())
        before = await count("organization") + await count("site")
        await service.apply(manager, batch_id)
        with pytest.raises(ImportApplied):
            await service.apply(manager, batch_id)
        assert await count("organization") + await count("site") > before

    actor = await make.again(manager)
    assert await count("site") == 10
    assert await count("legal_entity") == 8
    assert await db.value("SELECT name FROM organization WHERE key = 'lsn'") == "Life Science Nord Management"
    assert {m.role for m in actor.memberships} == {Role.MANAGER}
    assert actor.person_id is not None
    jlabs = await db.value("SELECT id FROM organization WHERE key = 'jlabs'")
    assert await access.actor_of_person(actor.person_id, jlabs) is not None


async def test_a_preview_applies_nothing_and_says_what_is_new() -> None:
    manager = (await make.house()).manager
    await make.organization("startup")
    before = await count("organization")

    batch_id = await service.preview(manager, "organizations", "o.csv", rows(3))

    batch = (await queries.batches_by_id(manager, [batch_id]))[batch_id]
    assert (batch.state, [row["action"] for row in batch.rows], await count("organization")) == ("previewed", ["new"] * 3, before)


async def test_a_bad_row_7_rejects_the_whole_file_and_names_row_column_and_rule_in_the_readers_language() -> None:
    manager = (await make.house()).manager
    before = await count("organization")

    batch_id = await service.preview(manager, "organizations", "o.csv", rows(9, row7="ORG 7,,,unicorn,XX,Hamburg,biotech,test"))
    with pytest.raises(ImportHasErrors):
        await service.apply(manager, batch_id)

    german = replace(manager, language=Language.DE)
    batch = (await queries.batches_by_id(german, [batch_id]))[batch_id]
    assert (batch.state, {error.row for error in batch.errors}, await count("organization")) == ("rejected", {7}, before)
    assert (batch.errors[0].column, batch.errors[0].code) == ("kind", "PatternMismatch")
    assert "Form" in batch.errors[0].message


async def test_the_same_key_twice_is_an_error_of_the_second_row() -> None:
    manager = (await make.house()).manager

    batch_id = await service.preview(manager, "organizations", "o.csv", rows(2).replace(b"org2", b"org1"))

    batch = (await queries.batches_by_id(manager, [batch_id]))[batch_id]
    assert [(error.row, error.column, error.code) for error in batch.errors] == [(2, "key", "RowRepeated")]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"id,name\n1,x\n", WrongHeader),
        (b"", WrongHeader),
        (HEADER.encode(), FileEmpty),
        ((HEADER + "a,b\n").encode(), WrongShape),
        ((HEADER + '"a,b\n').encode(), WrongShape),
        ((HEADER + "Fö").encode("latin-1"), WrongEncoding),
        (HEADER.encode("utf-16"), WrongEncoding),
        (b"x" * 800_000, FileTooLarge),
    ],
)
async def test_files_that_cannot_be_read_as_a_whole_are_refused_and_nothing_is_kept(content: bytes, expected: type[Exception]) -> None:
    manager = (await make.house()).manager

    with pytest.raises(expected):
        await service.preview(manager, "organizations", "o.csv", content)

    assert await count("import_batch") == 0


async def test_a_byte_order_mark_and_another_order_of_columns_are_fine() -> None:
    manager = (await make.house()).manager
    content = b"\xef\xbb\xbf" + b"source,sector,city,country,kind,name_local,name_en,key\ntest,bio,Kiel,DE,startup,,Turned,turned\n"

    await service.apply(manager, await service.preview(manager, "organizations", "o.csv", content))

    assert await db.value("SELECT name FROM organization WHERE key = 'turned'") == "Turned"


async def test_only_managers_import_and_only_their_own_files() -> None:
    first, second = (await make.house()).manager, (await make.house()).manager
    batch_id = await service.preview(first, "organizations", "o.csv", rows(1))

    with pytest.raises(NotFound):
        await service.apply(second, batch_id)
    with pytest.raises(Forbidden):
        await service.preview(await make.startup_owner(), "organizations", "o.csv", rows(1))

    assert await queries.batches_by_id(second, [batch_id]) == {}


SITES = "key,name,operator,legal_entity,country,city,time_zone,currency,locale,opening_hours,source\n"


async def key_of(table: str, row_id: object) -> str:
    """Return a row's short name."""
    return str(await db.value(f"SELECT key FROM {table} WHERE id = $1", row_id))


async def test_nobody_changes_by_a_file_what_others_answer_for() -> None:
    mine, theirs = await make.house(), await make.house()
    tenant = await key_of("organization", (await make.resident(theirs)).organization_id)
    their_site, their_key = await key_of("site", theirs.site_id), await key_of("organization", theirs.operator_id)
    my_key = await key_of("organization", mine.operator_id)
    stands = "DE,Town,Europe/Berlin,EUR,de-DE,24/7,x\n"
    files_of = {
        "organizations": (
            HEADER + f"{tenant},Renamed,,startup,DE,Town,x,x\n" + f"{their_key},Renamed,,operator,DE,Town,x,x\n",
            [("key", tenant), ("key", their_key)],
        ),
        "sites": (
            SITES + f"{their_site},Renamed,{my_key},X GmbH,{stands}" + f"new_site,New,{their_key},Y GmbH,{stands}",
            [("key", their_site), ("operator", their_key)],
        ),
    }

    for kind, (text, refused) in files_of.items():
        batch_id = await service.preview(mine.manager, kind, "a.csv", text.encode())
        batch = (await queries.batches_by_id(mine.manager, [batch_id]))[batch_id]
        assert [(error.column, error.value) for error in batch.errors] == refused
        await db.execute("UPDATE import_batch SET state = 'previewed' WHERE id = $1", batch_id)
        with pytest.raises(KeyTaken):
            await service.apply(mine.manager, batch_id)

    assert await db.value("SELECT count(*) FROM organization WHERE name = 'Renamed'") == 0
    assert await db.value("SELECT count(*) FROM site WHERE name IN ('Renamed', 'New')") == 0


async def test_ones_own_places_and_residents_are_brought_up_to_date() -> None:
    mine = await make.house()
    tenant = await key_of("organization", (await make.resident(mine)).organization_id)
    text = HEADER + f"{tenant},Renamed,,startup,DE,Town,x,x\n"

    await service.apply(mine.manager, await service.preview(mine.manager, "organizations", "a.csv", text.encode()))

    assert await db.value("SELECT name FROM organization WHERE key = $1", tenant) == "Renamed"


async def test_organisations_may_come_with_a_district_and_keep_it_when_a_later_file_has_none() -> None:
    manager = (await make.house()).manager
    plain = rows(1)
    header, row = plain.splitlines()

    for content in (header + b",district\n" + row + b",Nanshan\n", plain):
        await service.apply(manager, await service.preview(manager, "organizations", "o.csv", content))

    assert await db.value("SELECT district FROM organization WHERE key = 'org1'") == "Nanshan"


async def test_sites_may_come_with_a_part_of_their_country_which_it_must_have() -> None:
    mine = await make.house()
    site, operator = await key_of("site", mine.site_id), await key_of("organization", mine.operator_id)
    entity: str = await db.value("SELECT name FROM legal_entity WHERE id = $1", mine.legal_entity_id)
    row = f"{site},Known,{operator},{entity},DE,Town,Europe/Berlin,EUR,de-DE,24/7,x"
    header = SITES.strip()

    for content in (f"{header},subdivision\n{row},HH\n", f"{header}\n{row}\n"):
        await service.apply(mine.manager, await service.preview(mine.manager, "sites", "s.csv", content.encode()))
    refused = await service.preview(mine.manager, "sites", "s.csv", f"{header},subdivision\n{row},Hamburg\n".encode())
    batch = (await queries.batches_by_id(mine.manager, [refused]))[refused]

    assert [(error.column, error.code, error.value) for error in batch.errors] == [("subdivision", "UnknownSubdivision", "Hamburg")]
    assert await db.value("SELECT subdivision FROM site WHERE key = $1", site) == "HH"
