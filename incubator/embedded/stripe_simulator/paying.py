"""What a payer does on the payment page, and what time does by itself."""

from typing import Any, Literal

from incubator.embedded.stripe_simulator.errors import StripeRefusal, invalid
from incubator.embedded.stripe_simulator.events import emit
from incubator.embedded.stripe_simulator.payments import Declined, authenticate_intent, confirm_intent, settle_direct_debit
from incubator.embedded.stripe_simulator.resources import disputes, payouts
from incubator.embedded.stripe_simulator.resources.checkout import expire_session
from incubator.embedded.stripe_simulator.resources.payment_intents import new_intent, remember_mandate
from incubator.embedded.stripe_simulator.resources.payment_methods import known_method, make
from incubator.embedded.stripe_simulator.resources.setup_intents import authenticate_setup, confirm_setup, new_setup_intent
from incubator.embedded.stripe_simulator.store import Books, Resource, Store

Choice = Literal["pay", "decline", "authenticate"]
CHOICES: dict[str, Choice] = {"pay": "pay", "decline": "decline", "authenticate": "authenticate"}
_CARDS: dict[str, str] = {
    "pay": "pm_card_visa",
    "decline": "pm_card_chargeDeclined",
    "authenticate": "pm_card_threeDSecure2Required",
}
_ACCOUNTS: dict[str, str] = {"pay": "pm_success_de", "decline": "pm_failed_de"}


def attempt(books: Books, session_id: str, kind: str, choice: Choice, base_url: str) -> Resource:
    """Try to finish a session with a kind of payment method; give the intent afterwards.

    Raises:
        StripeRefusal: the session is not open, or does not take this kind of payment method.
        Declined: the bank refused; the session stays open.
    """
    session = books.find("checkout.session", session_id)
    if session["status"] != "open":
        raise invalid(f"This Checkout Session has a status of {session['status']}.")
    if kind not in session["payment_method_types"]:
        raise invalid(f"This Checkout Session does not take {kind}.", param="allowed_payment_method_types")
    method = _method(books, kind, choice)
    remembered = books.hidden(session_id)["params"]
    if session["mode"] == "setup":
        intent = _setup_intent(books, session, remembered.get("setup_intent_data", {}))
        done = confirm_setup(books, intent, method, {"return_url": session["success_url"]}, base_url)
    else:
        intent = _payment_intent(books, session, remembered.get("payment_intent_data", {}))
        if kind == "sepa_debit":
            remember_mandate(books, intent, method, {})
        done = confirm_intent(books, intent, method, return_url=session["success_url"], base_url=base_url)
    _finish(books, session_id, done)
    return done


def _method(books: Books, kind: str, choice: Choice) -> Resource:
    if kind == "card":
        return known_method(books, _CARDS[choice])
    if kind == "sepa_debit":
        return known_method(books, _ACCOUNTS.get(choice, "pm_success_de"))
    return make(books, {"type": kind})


def _payment_intent(books: Books, session: Resource, data: dict[str, Any]) -> Resource:
    if session["payment_intent"] is not None:
        return books.find("payment_intent", session["payment_intent"])
    params = {**data, "amount": session["amount_total"], "currency": session["currency"]}
    params["allowed_payment_method_types"] = session["payment_method_types"]
    if session["customer"] is not None:
        params["customer"] = session["customer"]
    intent = new_intent(books, params)
    books.hide(intent["id"], session=session["id"])
    session["payment_intent"] = intent["id"]
    books.put(session)
    return intent


def _setup_intent(books: Books, session: Resource, data: dict[str, Any]) -> Resource:
    if session["setup_intent"] is not None:
        return books.find("setup_intent", session["setup_intent"])
    params = {**data, "allowed_payment_method_types": session["payment_method_types"]}
    if session["customer"] is not None:
        params["customer"] = session["customer"]
    intent = new_setup_intent(books, params)
    books.hide(intent["id"], session=session["id"])
    session["setup_intent"] = intent["id"]
    books.put(session)
    return intent


def _finish(books: Books, session_id: str, intent: Resource) -> None:
    """Complete a session whose intent is done or under way."""
    if intent["status"] not in ("succeeded", "processing", "requires_capture"):
        return
    session = books.find("checkout.session", session_id)
    session["status"] = "complete"
    session["url"] = None
    if session["customer_details"] is None:
        details = dict.fromkeys(("address", "business_name", "individual_name", "name", "phone"))
        session["customer_details"] = details | {"email": "payer@example.com", "tax_exempt": "none", "tax_ids": None}
    if session["mode"] == "payment" and intent["status"] == "succeeded":
        session["payment_status"] = "paid"
    emit(books, "checkout.session.completed", books.put(session))


def authenticate(books: Books, intent_id: str, *, passed: bool) -> Resource:
    """Answer the bank's 3-D Secure question in the payer's place; give the intent afterwards.

    Raises:
        StripeRefusal: nothing waits for an answer.
        Declined: the payment was refused after the authentication.
    """
    kind = (books.any(intent_id) or ("", {}))[0]
    if kind == "setup_intent":
        intent = authenticate_setup(books, intent_id, passed=passed)
    else:
        intent = authenticate_intent(books, intent_id, passed=passed)
    session_id = books.hidden(intent_id).get("session")
    if session_id is not None:
        _finish(books, session_id, intent)
    return intent


def settle(books: Books, intent_id: str, outcome: Literal["succeeded", "failed"] | None = None) -> Resource:
    """Decide a direct debit that is under way and tell its session."""
    before = books.find("payment_intent", intent_id)["status"]
    intent = settle_direct_debit(books, intent_id, outcome)
    session_id = books.hidden(intent_id).get("session")
    if session_id is not None and before == "processing":
        session = books.find("checkout.session", session_id)
        if intent["status"] == "succeeded":
            session["payment_status"] = "paid"
        result = "succeeded" if intent["status"] == "succeeded" else "failed"
        emit(books, f"checkout.session.async_payment_{result}", books.put(session))
    return intent


def let_time_pass(store: Store) -> None:
    """Do everything that is due by the simulator's clock: debits, payouts, sessions and disputes nobody answered."""
    due = store.connection.execute(
        "SELECT seq, account, kind, subject FROM timer WHERE due <= ? ORDER BY due, seq", (store.now(),)
    ).fetchall()
    for seq, account, kind, subject in due:
        books = Books(store, account)
        if kind == "direct_debit":
            settle(books, subject)
        elif kind == "payout":
            payouts.arrive(books, subject)
        elif kind == "dispute":
            disputes.answer_is_due(books, subject)
        elif (session := books.find("checkout.session", subject))["status"] == "open":
            expire_session(books, session)
        store.connection.execute("DELETE FROM timer WHERE seq = ?", (seq,))


__all__ = ["Choice", "Declined", "StripeRefusal", "attempt", "authenticate", "let_time_pass", "settle"]
