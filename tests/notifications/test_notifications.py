"""People are told once, in their words, where they chose, through a real SMTP server too."""

import json
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

from incubator import db
from incubator.config import Settings
from incubator.embedded import mailbox
from incubator.kernel import clock, work
from incubator.kernel.errors import NotFound, PatternMismatch
from incubator.kernel.language import Language
from incubator.kernel.paging import Page
from incubator.notifications import queries, service
from incubator.notifications.kinds import KINDS, Kind
from incubator.notifications.templates import render
from incubator.spaces import service as spaces
from tests.support import make
from tests.support.drain import drain

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
SAMPLE = dict.fromkeys(
    (
        "name",
        "organization",
        "invited_by",
        "startup",
        "site",
        "call",
        "unit",
        "plan",
        "accepted_by",
        "title",
        "secondee",
        "reason",
        "training",
    ),
    "<b>Ada & Co</b>",
) | {
    **dict.fromkeys(
        (
            "employer",
            "host",
            "function",
            "corporate",
            "number",
            "legal_entity",
            "customer",
            "month",
            "level",
            "trainer",
            "place",
            "how",
            "new_unit",
            "purpose",
            "holder",
            "invoice",
            "strays",
            "settlement",
            "index",
        ),
        "x",
    ),
    **dict.fromkeys(("hours_per_week", "invoices", "parked", "count", "bookings", "waited", "customers"), 4),
    **dict.fromkeys(
        ("expires_on", "closes_on", "starts_on", "ends_on", "due_on", "stated_month", "valid_until", "last_day", "usable_until"),
        "2026-03-10",
    ),
    **dict.fromkeys(("starts_at", "ends_at", "expires_at", "offered_until", "since", "last_at"), "2026-03-10T09:00:00+00:00"),
    **dict.fromkeys(
        (
            "deposit_minor",
            "gross_minor",
            "amount_minor",
            "fee_minor",
            "monthly_minor",
            "kept_minor",
            "returned_minor",
            "share_minor",
            "before_minor",
            "after_minor",
            "left_minor",
        ),
        123456,
    ),
    **dict.fromkeys(("is_cut", "was_cancelled"), True),
    "currency": "EUR",
    "missing": {language.value: ["<b>Ada & Co</b>"] for language in Language},
    "percent": "62.5",
}


class Inbox(Message):
    """Keeps what a mail server was given."""

    def __init__(self) -> None:
        super().__init__()
        self.received: list[tuple[str, str]] = []

    def handle_message(self, message: object) -> None:
        """Keep recipient and subject."""
        self.received.append((str(message["X-RcptTo"]), str(message["Subject"])))  # type: ignore[index]  # a mail


@pytest.fixture
def local_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Mail goes to a mailbox in a folder of the test."""
    monkeypatch.setattr("incubator.notifications.jobs.settings", lambda: Settings(data_dir=tmp_path))
    return tmp_path


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("language", list(Language))
def test_every_kind_speaks_every_language_and_escapes_what_people_typed(kind: Kind, language: Language) -> None:
    words = render(kind.value, language, "Asia/Shanghai", SAMPLE, "https://incubator.example/x")

    assert words.subject
    assert words.body
    assert "https://incubator.example/x" in words.text
    assert "<b>Ada" not in words.html
    assert KINDS[kind].label[language]


async def booked() -> tuple[object, object]:
    """Let an owner book a room; returns the owner and the booking's id."""
    house = await make.house()
    owner, room = await make.resident(house), await make.unit(house)
    starts_at = datetime(2026, 3, 11, 10, tzinfo=UTC)
    booking_id = await spaces.create_booking(
        owner, spaces.BookingTerms(room, starts_at, starts_at + timedelta(hours=1), "Board"), "key-12345"
    )
    return owner, booking_id


async def test_a_fact_is_told_once_in_the_product_and_by_mail_however_often_it_comes(local_mail: Path) -> None:
    with clock.travel_to(NOW):
        owner, _ = await booked()
        await drain()
        await db.execute("UPDATE outbox_message SET relayed_at = NULL")
        await db.execute("UPDATE work_item SET state = 'ready' WHERE kind = 'consume'")
        await drain()

        page = await queries.list_notifications(owner, Page())  # type: ignore[arg-type]  # the owner
        [note] = queries.in_words(owner, page.rows)  # type: ignore[arg-type]  # the owner
    email = await db.value("SELECT email FROM person WHERE id = $1", owner.person_id)  # type: ignore[attr-defined]  # the owner
    assert note.title.startswith("Booked: meeting room")
    assert len(mailbox.letters(local_mail, to=email)) == 1


async def test_who_turned_a_channel_off_is_not_told_there(local_mail: Path) -> None:
    with clock.travel_to(NOW):
        owner, _ = await booked()
        await service.set_preference(owner, "booking_confirmed", by_email=False, in_app=True)  # type: ignore[arg-type]  # the owner
        await drain()

    assert await queries.unread_count(owner) == 1  # type: ignore[arg-type]  # the owner
    assert mailbox.letters(local_mail) == []


async def test_links_one_asked_for_cannot_be_turned_off() -> None:
    with pytest.raises(PatternMismatch):
        await service.set_preference(await make.startup_owner(), "password_reset", by_email=False, in_app=False)


async def test_reading_is_ones_own_affair(local_mail: Path) -> None:
    with clock.travel_to(NOW):
        owner, _ = await booked()
        await drain()
        [note] = (await queries.list_notifications(owner, Page())).rows  # type: ignore[arg-type]  # the owner

        with pytest.raises(NotFound):
            await service.mark_read(await make.startup_owner(), [note["id"]])
        unread = await queries.unread_count(owner)  # type: ignore[arg-type]  # the owner
        await service.mark_read(owner, None)  # type: ignore[arg-type]  # the owner

    assert (unread, await queries.unread_count(owner)) == (1, 0)  # type: ignore[arg-type]  # the owner


@pytest.fixture
async def smtp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Inbox]:
    """A real SMTP server on loopback."""
    inbox = Inbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    settings = Settings(data_dir=tmp_path, smtp_url=f"smtp://127.0.0.1:{port}?starttls=off")
    monkeypatch.setattr("incubator.notifications.jobs.settings", lambda: settings)
    yield inbox
    server.stop()


async def test_mail_goes_out_by_smtp(smtp: Inbox) -> None:
    await service.write_mail("ada@people.example", "Ada", "de", "UTC", Kind.PASSWORD_CHANGED, {}, "/sign-in", "once")

    await drain()

    assert [to for to, _ in smtp.received] == ["ada@people.example"]


async def test_a_mail_server_that_is_away_costs_time_and_no_try(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(data_dir=tmp_path, smtp_url="smtp://127.0.0.1:9?starttls=off")
    monkeypatch.setattr("incubator.notifications.jobs.settings", lambda: settings)
    await service.write_mail("ada@people.example", "Ada", "en", "UTC", Kind.PASSWORD_CHANGED, {}, "/sign-in", "once")

    await drain()

    row = await db.row("SELECT state, attempts, last_error, payload FROM work_item WHERE kind = 'send mail'")
    assert row is not None
    assert (row["state"], row["attempts"]) == ("ready", 0)
    assert "away" in row["last_error"]
    assert json.loads(row["payload"])["kind"] == "password_changed"
    assert await work.due() == []
