"""The local mailbox: a Maildir in the data folder, where mail lands when no SMTP server is named; `/dev/mail` shows it in demo mode."""

import mailbox
import re
import threading
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

FOLDER = "mailbox"
KEPT = 500
_ONE_AT_A_TIME = threading.Lock()
"""The library makes folders and counts names without a lock of its own."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as the mailbox shows it; `date` is the header's text."""

    key: str
    to: str
    subject: str
    date: str
    text: str
    html: str


def _open(data_dir: Path) -> "mailbox.Maildir":
    for part in ("tmp", "new", "cur"):  # by ourselves: the library takes a folder that another process is just making for a whole one
        (data_dir / FOLDER / part).mkdir(parents=True, exist_ok=True, mode=0o700)
    return mailbox.Maildir(data_dir / FOLDER, factory=None, create=False)


def _moment(key: str) -> tuple[int, ...]:
    """Return when a mail came, from its key `seconds.M<microseconds>P<process>Q<count>.<host>`, whose numbers have no leading zeros."""
    return tuple(int(number) for number in re.findall(r"\d+", key)[:4])


def deliver(data_dir: Path, message: EmailMessage) -> None:
    """Put a mail into the mailbox, and drop the oldest beyond 500."""
    with _ONE_AT_A_TIME:
        box = _open(data_dir)
        box.add(message)
        keys = sorted(box.keys(), key=_moment)
        for key in keys[:-KEPT]:
            box.discard(key)


def letters(data_dir: Path, to: str = "", limit: int = 100) -> list[Letter]:
    """Return the newest mails, newest first, optionally those to one address."""
    box = _open(data_dir)
    found = []
    for key in sorted(box.keys(), key=_moment, reverse=True):
        letter = _read(key, box.get_bytes(key))
        if to.lower() in letter.to.lower():
            found.append(letter)
        if len(found) >= limit:
            break
    return found


def _read(key: str, raw: bytes) -> Letter:
    message = BytesParser(policy=policy.default).parsebytes(raw)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    return Letter(
        key=key,
        to=str(message["To"]),
        subject=str(message["Subject"]),
        date=str(message["Date"]),
        text=text.get_content() if text else "",
        html=html.get_content() if html else "",
    )
