"""What the kernel keeps: answers to keys, the audit trail, facts, pages, and the constraints it relies on."""

import asyncio

import asyncpg
import pytest

from incubator import db, schema
from incubator.kernel import audit, idempotency
from incubator.kernel.actor import SYSTEM, Actor
from incubator.kernel.errors import IdempotencyMismatch, OutOfRange, PatternMismatch, TooShort
from incubator.kernel.ids import new_id
from incubator.kernel.paging import Order, Page, paginate

pytestmark = pytest.mark.usefixtures("database")


async def keyed(actor: Actor, key: str, given: dict[str, object], answer: str) -> str:
    """Answer a request once for each key."""
    async with db.transaction():
        claimed = await idempotency.claim(actor, key, "test", given)
        if claimed.answer is not None:
            return str(claimed.answer["said"])
        await idempotency.store(claimed, {"said": answer})
        return answer


async def test_the_same_key_and_input_get_the_stored_answer_other_input_a_refusal() -> None:
    ada, bob = Actor(person_id=new_id()), Actor(person_id=new_id())

    first = await keyed(ada, "key-12345", {"a": 1}, "first")
    second = await keyed(ada, "key-12345", {"a": 1}, "second")
    other_person = await keyed(bob, "key-12345", {"a": 1}, "bob")
    with pytest.raises(IdempotencyMismatch):
        await keyed(ada, "key-12345", {"a": 2}, "third")
    with pytest.raises(TooShort):
        await keyed(ada, "short", {}, "none")

    assert (first, second, other_person) == ("first", "first", "bob")


async def test_eight_at_once_with_one_key_get_one_answer() -> None:
    ada = Actor(person_id=new_id())

    answers = await asyncio.gather(*(keyed(ada, "key-12345", {}, f"answer {n}") for n in range(8)))

    assert len(set(answers)) == 1


async def test_a_key_whose_work_failed_is_free_again() -> None:
    ada = Actor(person_id=new_id())
    with pytest.raises(LookupError):
        async with db.transaction():
            await idempotency.claim(ada, "key-12345", "test", {})
            raise LookupError

    assert await keyed(ada, "key-12345", {}, "now") == "now"


async def test_the_audit_trail_refuses_change_by_raw_sql() -> None:
    await audit.record(SYSTEM, "test", "Thing", new_id(), before={"a": 1}, after={"a": 2})

    for sql in ("UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="append-only"):
            await db.execute(sql)

    assert await db.value("SELECT action FROM audit_entry") == "test"


async def test_every_constraint_the_code_relies_on_stands_in_the_catalogue() -> None:
    complete = await schema.missing_constraints()
    await db.execute("ALTER TABLE unit_hold DROP CONSTRAINT unit_hold_no_overlap")
    await db.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_append_only")
    for kind, table, of in (("u", "charge", "source_id"), ("f", "invoice_line", "charge_id")):
        name = await db.value(
            "SELECT conname FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey)"
            " WHERE c.contype::text = $1 AND c.conrelid = $2::text::regclass AND a.attname = $3",
            kind,
            table,
            of,
        )
        await db.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')

    assert complete == []
    assert await schema.missing_constraints() == [
        "REFERENCES invoice_line (charge_id)",
        "UNIQUE charge (period, source_id, source_kind)",
        "audit_entry_append_only",
        "unit_hold_no_overlap",
    ]


async def test_four_migrators_at_once_leave_one_schema(database: str) -> None:
    await db.execute("DROP SCHEMA public CASCADE")
    await db.execute("CREATE SCHEMA public")

    for url in (database,) * 2:
        await schema.migrate(url)
    await db.connect(database)

    assert await schema.pending_migrations() == []


NAMES = "SELECT * FROM (VALUES (1, 'b'), (2, 'a'), (3, 'b'), (4, 'c'), (5, 'a')) AS t(id, name)"
BY_NAME = (Order("name", "text"), Order("id", "int", is_descending=True))


async def walk(size: int) -> list[int]:
    """Read a list forwards in pages."""
    seen: list[int] = []
    after = None
    while True:
        page = await paginate(NAMES, [], BY_NAME, Page(first=size, after=after))
        seen += [row["id"] for row in page.rows]
        if not page.has_next:
            return seen
        after = page.cursors[-1]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
async def test_pages_of_any_size_show_every_row_once_in_order(size: int) -> None:
    assert await walk(size) == [5, 2, 3, 1, 4]


async def test_pages_can_be_read_from_the_end() -> None:
    last = await paginate(NAMES, [], BY_NAME, Page(last=2), with_total=True)
    before = await paginate(NAMES, [], BY_NAME, Page(last=2, before=last.cursors[0]))

    assert ([r["id"] for r in last.rows], last.has_previous, last.has_next, last.total) == ([1, 4], True, False, 5)
    assert ([r["id"] for r in before.rows], before.has_previous, before.has_next) == ([2, 3], True, True)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (Page(first=101), OutOfRange),
        (Page(first=-1), OutOfRange),
        (Page(first=1, last=1), OutOfRange),
        (Page(after="not a cursor"), PatternMismatch),
        (Page(after="WzFd"), PatternMismatch),
        (Page(after="WyJhIiwieCJd"), PatternMismatch),
    ],
)
async def test_pages_that_are_none_are_refused(page: Page, expected: type[Exception]) -> None:
    with pytest.raises(expected):
        await paginate(NAMES, [], BY_NAME, page)
