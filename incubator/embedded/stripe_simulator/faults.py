"""Faults on demand: what a network and a busy provider do to a request. Seeded and bounded, so that a run can be repeated."""

import random
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any, Literal, get_args

from incubator.embedded.stripe_simulator.errors import StripeRefusal, invalid

Kind = Literal["drop_reply", "drop_request", "error_500", "error_500_after", "conflict_409", "rate_limit_429", "delay"]
LONGEST_DELAY_S = 30.0
MOST = 10_000


@dataclass
class Fault:
    """One rule. `left` counts down to nothing; `rate` is the share of matching requests that are hit."""

    kind: Kind
    left: int
    rate: float
    method: str
    path: str
    delay_s: float
    dice: random.Random
    hits: int = 0

    def strikes(self, method: str, path: str) -> bool:
        """Tell whether this request is hit, and count it."""
        if self.left < 1 or self.method not in ("*", method) or not fnmatch(path, self.path):
            return False
        if self.dice.random() >= self.rate:
            return False
        self.left -= 1
        self.hits += 1
        return True


@dataclass
class Faults:
    """The rules in force, in the order given; the first that strikes a request is the one that happens."""

    rules: list[Fault] = field(default_factory=list)

    def add(self, given: dict[str, Any]) -> Fault:
        """Add a rule.

        Raises:
            StripeRefusal: an unknown kind, or a number outside its bounds.
        """
        kinds = get_args(Kind)
        unknown = sorted(given.keys() - {"kind", "count", "rate", "method", "path", "delay_s", "seed"})
        if unknown or given.get("kind") not in kinds:
            raise invalid(f"A fault has kind ({', '.join(kinds)}), count, rate, method, path, delay_s and seed", param="kind")
        count, rate, delay_s = given.get("count", 1), given.get("rate", 1.0), given.get("delay_s", 0.0)
        if not 1 <= count <= MOST or not 0 < rate <= 1 or not 0 <= delay_s <= LONGEST_DELAY_S:
            raise invalid(f"count is 1 to {MOST}, rate above 0 to 1, delay_s 0 to {LONGEST_DELAY_S}", param="count")
        dice = random.Random(given.get("seed", 0))  # noqa: S311  # dice for tests that can be thrown again, not a secret
        rule = Fault(given["kind"], count, rate, given.get("method", "*"), given.get("path", "/v1/*"), delay_s, dice)
        self.rules.append(rule)
        return rule

    def next_for(self, method: str, path: str) -> Fault | None:
        """Give the fault that hits this request, if any."""
        return next((rule for rule in self.rules if rule.strikes(method, path)), None)

    def clear(self) -> None:
        """Forget all rules."""
        self.rules.clear()

    def shown(self) -> list[dict[str, object]]:
        """List the rules for the steering API."""
        return [{"kind": r.kind, "left": r.left, "hits": r.hits, "rate": r.rate, "method": r.method, "path": r.path} for r in self.rules]


def refusal_for(kind: Kind) -> StripeRefusal | None:
    """Give the answer of a fault that answers."""
    if kind in ("error_500", "error_500_after"):
        return StripeRefusal(500, "api_error", "An unexpected error occurred. (Fault on demand.)")
    if kind == "conflict_409":
        message = "This object cannot be accessed right now because another API request or Stripe process is currently accessing it."
        return StripeRefusal(409, "invalid_request_error", message, code="lock_timeout")
    if kind == "rate_limit_429":
        return StripeRefusal(429, "invalid_request_error", "Request rate limit exceeded. (Fault on demand.)", code="rate_limit")
    return None
