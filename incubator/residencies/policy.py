"""Rules of admissions: values in, refusals out."""

import hashlib
from datetime import date

from incubator.kernel.errors import OutOfRange
from incubator.residencies.errors import ApplicationDecided, CallClosed, OfferClosed, TermsChanged


def call_state(opens_on: date, closes_on: date, today: date) -> str:
    """Return whether a call is planned, open or closed on a day of its zone; both ends belong to it."""
    return "planned" if today < opens_on else "open" if today <= closes_on else "closed"


def require_open_call(opens_on: date, closes_on: date, today: date) -> None:
    """Accept an open call.

    Raises:
        CallClosed: it is planned or closed.
    """
    if call_state(opens_on, closes_on, today) != "open":
        raise CallClosed(opens_on=opens_on, closes_on=closes_on, path=("input", "callId"))


def require_undecided(state: str) -> None:
    """Accept an application that waits for an answer.

    Raises:
        ApplicationDecided: it has one.
    """
    if state != "submitted":
        raise ApplicationDecided(state=state, path=("input", "applicationId"))


def offer_state(state: str, expires_on: date, today: date) -> str:
    """Return an offer's state on a day of the site: open until the end of its last day."""
    return "expired" if state == "open" and today > expires_on else state


def require_open_offer(state: str, expires_on: date, today: date) -> None:
    """Accept an open offer.

    Raises:
        OfferClosed: it was accepted, withdrawn, or has run out at the site's midnight.
    """
    now = offer_state(state, expires_on, today)
    if now != "open":
        raise OfferClosed(state=now, path=("input", "offerId"))


def terms_hash(terms: str) -> str:
    """Return the SHA-256 of the terms' UTF-8 text, in hex."""
    return hashlib.sha256(terms.encode()).hexdigest()


def require_same_terms(current_hash: str, shown_hash: str) -> None:
    """Accept the hash of the terms on file.

    Raises:
        TermsChanged: the person was shown something else.
    """
    if shown_hash != current_hash:
        raise TermsChanged(current_hash=current_hash, path=("input", "termsHash"))


def require_offer_days(starts_on: date, expires_on: date, today: date) -> None:
    """Accept an offer that can still be accepted.

    Raises:
        OutOfRange: it would have run out already, or after more than a year.
    """
    if not today <= expires_on <= date(today.year + 1, today.month, min(today.day, 28)):
        raise OutOfRange(field="expiresOn", limit=f"{today} – +1 a", path=("input", "expiresOn"))
    if not date(2000, 1, 1) <= starts_on <= date(2100, 1, 1):
        raise OutOfRange(field="startsOn", limit="2000-01-01 – 2100-01-01", path=("input", "startsOn"))
