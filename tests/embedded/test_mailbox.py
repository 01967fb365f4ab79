"""The local mailbox takes mails from many threads and processes at once, also the very first ones."""

from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path
from threading import Barrier

from incubator.embedded import mailbox

AT_ONCE = 16
ROUNDS = 20


def letter(to: str) -> EmailMessage:
    """A mail with nothing but its address."""
    message = EmailMessage()
    message["To"] = to
    message.set_content("Hello")
    return message


def test_the_first_mails_may_come_together(tmp_path: Path) -> None:
    def deliver(folder: Path, number: int, start: Barrier) -> None:
        start.wait()
        mailbox.deliver(folder, letter(f"p{number}@people.example"))

    for turn in range(ROUNDS):
        start = Barrier(AT_ONCE)
        with ThreadPoolExecutor(AT_ONCE) as threads:
            [done.result() for done in [threads.submit(deliver, tmp_path / str(turn), number, start) for number in range(AT_ONCE)]]

        assert sorted(found.to for found in mailbox.letters(tmp_path / str(turn))) == sorted(f"p{n}@people.example" for n in range(AT_ONCE))


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    for number in range(mailbox.KEPT + 3):
        mailbox.deliver(tmp_path, letter(f"p{number}@people.example"))

    found = {letter.to for letter in mailbox.letters(tmp_path, limit=mailbox.KEPT + 3)}

    assert found == {f"p{number}@people.example" for number in range(3, mailbox.KEPT + 3)}
