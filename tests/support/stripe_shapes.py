"""Checks an answer of the simulator against the SDK's class of the same name: no key too many, none of the required ones missing."""

import sys
import types
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

import stripe
from stripe import checkout
from typing_extensions import get_type_hints

CLASSES: dict[str, Any] = {
    "balance": stripe.Balance,
    "balance_transaction": stripe.BalanceTransaction,
    "charge": stripe.Charge,
    "checkout.session": checkout.Session,
    "customer": stripe.Customer,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "item": stripe.LineItem,
    "mandate": stripe.Mandate,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "payout": stripe.Payout,
    "refund": stripe.Refund,
    "setup_intent": stripe.SetupIntent,
    "tax_id": stripe.TaxId,
    "webhook_endpoint": stripe.WebhookEndpoint,
}


@cache
def _hints(cls: Any) -> dict[str, Any]:
    names: dict[str, Any] = {}
    for module in (stripe, sys.modules["stripe.checkout"], sys.modules[cls.__module__]):
        names |= vars(module)
    names |= {item.__name__: item for item in CLASSES.values()}
    own = {name: hint for name, hint in vars(cls).get("__annotations__", {}).items() if not name.startswith("_")}
    shape = type("Shape", (), {"__annotations__": {name: hint for name, hint in own.items() if "ClassVar" not in str(hint)}})
    while True:
        try:
            return get_type_hints(shape, names)
        except NameError as unknown:  # a name that the SDK imports for type checkers only: an object that the simulator does not have
            names[str(unknown.name)] = stripe.StripeObject


def problems(answer: dict[str, Any], path: str = "") -> list[str]:
    """List what is wrong with an answer; an empty list is right."""
    kind = answer.get("object")
    if kind in ("list", "search_result"):
        return [found for index, item in enumerate(answer["data"]) for found in problems(item, f"{path}[{index}]")]
    if answer.get("deleted") is True:
        return [] if set(answer) == {"id", "object", "deleted"} else [f"{path}: a deleted object says more"]
    if kind not in CLASSES:
        return [f"{path}: unknown object {kind}"]
    return _against(CLASSES[kind], answer, path or str(kind))


def _against(cls: Any, value: dict[str, Any], path: str) -> list[str]:
    hints = _hints(cls)
    found = [f"{path}.{key}: the SDK does not know it" for key in value if key not in hints]
    for key, hint in hints.items():
        if key not in value:
            if not _may_be_absent(cls, key):
                found.append(f"{path}.{key}: missing")
            continue
        found.extend(_fits(hint, value[key], f"{path}.{key}"))
    return found


def _may_be_absent(cls: Any, key: str) -> bool:
    return type(None) in get_args(vars(cls)["__annotations__"][key])


def _fits(hint: Any, value: Any, path: str) -> list[str]:
    origin = get_origin(hint)
    if hint is Any:
        return []
    if origin in (Union, types.UnionType):
        outcomes = [_fits(member, value, path) for member in get_args(hint)]
        return [] if [] in outcomes else max(outcomes, key=len)
    if origin is Literal:
        return [] if value in get_args(hint) else [f"{path}: {value!r} is none of the SDK's names"]
    if origin is list:
        if not isinstance(value, list):
            return [f"{path}: no list"]
        return [found for index, item in enumerate(value) for found in _fits(get_args(hint)[0], item, f"{path}[{index}]")]
    if isinstance(origin, type) and issubclass(origin, stripe.ListObject):
        return problems(value, path) if isinstance(value, dict) else [f"{path}: no list object"]
    if isinstance(origin, type) and issubclass(origin, stripe.StripeObject):
        return [] if isinstance(value, dict) else [f"{path}: no object"]
    if hint is stripe.StripeObject or hint is type(None):
        return [] if (isinstance(value, dict) if hint is stripe.StripeObject else value is None) else [f"{path}: {value!r} does not fit"]
    if isinstance(hint, type) and issubclass(hint, stripe.StripeObject):
        return _against(hint, value, path) if isinstance(value, dict) else [f"{path}: no object"]
    if hint is int:
        return [] if isinstance(value, int) and not isinstance(value, bool) else [f"{path}: {value!r} is no integer"]
    return [] if isinstance(value, hint) else [f"{path}: {value!r} is no {hint.__name__}"]
