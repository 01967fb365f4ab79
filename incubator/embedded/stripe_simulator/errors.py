"""Refusals in the shape Stripe gives them: {"error": {type, code, message, param, …}}.

Source: https://docs.stripe.com/api/errors (read November 2026).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(eq=False)
class StripeRefusal(Exception):
    """An answer that is an error; `extra` holds what else stands in the error object, for instance the failed intent."""

    status: int
    type: str
    message: str
    code: str | None = None
    param: str | None = None
    extra: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message

    def body(self) -> dict[str, object]:
        """Give the JSON body; empty keys are left out, as Stripe does."""
        named = {"type": self.type, "code": self.code, "message": self.message, "param": self.param}
        error: dict[str, object] = {key: value for key, value in named.items() if value is not None}
        return {"error": error | self.extra}


def invalid(message: str, *, code: str | None = None, param: str | None = None, status: int = 400, **extra: object) -> StripeRefusal:
    """Refuse a request that makes no sense; nothing was executed."""
    return StripeRefusal(status, "invalid_request_error", message, code, param, extra)


def missing(noun: str, object_id: str, param: str) -> StripeRefusal:
    """Refuse an id that this account does not have; another account's id answers the same."""
    return invalid(f"No such {noun}: '{object_id}'", code="resource_missing", param=param, status=404 if param == "id" else 400)


def wrong_state(noun: str, status: str, action: str, **extra: Mapping[str, object]) -> StripeRefusal:
    """Refuse an action that the object's status does not allow."""
    name = {"payment_intent": "PaymentIntent", "setup_intent": "SetupIntent"}[noun]
    message = f"This {name} could not be {action} because it has a status of {status}."
    return StripeRefusal(400, "invalid_request_error", message, f"{noun}_unexpected_state", None, dict(extra))


def declined(code: str, message: str, decline_code: str | None, **extra: object) -> StripeRefusal:
    """Refuse a payment as the card's bank does."""
    more = {"decline_code": decline_code} if decline_code else {}
    return StripeRefusal(402, "card_error", message, code, None, {**more, **extra})
