"""The root fields' decorators: each field names its rule, is described by its docstring, and answers a refusal as the API does."""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.types.field import StrawberryField

from incubator.kernel.actor import WRITE_SCOPE, Actor, Grant
from incubator.kernel.errors import DomainError, Forbidden, Refusals
from incubator_graphql.context import Info
from incubator_graphql.errors import UserError, user_error

Resolver = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may ask for a field at all. Which rows they see is the scope's matter, what they may do the service's."""

    name: str
    check: Callable[[Actor], object]


def _nothing(actor: Actor) -> None:
    return None


ANYONE = Rule("anyone", _nothing)
SIGNED_IN = Rule("signed in", Actor.require_person)


def granted(*grants: Grant) -> Rule:
    """Make the rule that the actor must have one of `grants` somewhere."""

    def check(actor: Actor) -> None:
        actor.require_person()
        if not any(actor.may(grant) for grant in grants):
            raise Forbidden(grant=grants[0].value)

    return Rule(" or ".join(grant.value for grant in grants), check)


class Guard(FieldExtension):
    """Checks a field's rule before its resolver runs."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule

    async def resolve_async(self, next_: Callable[..., Awaitable[Any]], source: Any, info: Any, **arguments: Any) -> Any:
        self.rule.check(info.context.actor)
        return await next_(source, info, **arguments)


class StreamGuard(FieldExtension):
    """Checks a subscription's rule before its stream begins; the stream itself checks again with each thing it tells."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule

    def resolve_async(self, next_: Callable[..., Any], source: Any, info: Any, **arguments: Any) -> Any:
        """Give the stream itself, which is not awaited."""
        self.rule.check(info.context.actor)
        return next_(source, info, **arguments)


class MutationGuard(Guard):
    """Checks the rule and turns refusals into the payload's errors: all of them, when a policy found several.

    Each mutation of an operation begins with nothing loaded, so that the second never shows what the first has changed.
    """

    def apply(self, field: StrawberryField) -> None:
        self._field = field

    async def resolve_async(self, next_: Callable[..., Awaitable[Any]], source: Any, info: Any, **arguments: Any) -> Any:
        actor: Actor = info.context.actor
        info.context.become(actor)
        try:
            self.rule.check(actor)
            if WRITE_SCOPE not in actor.scopes:
                raise Forbidden(grant=WRITE_SCOPE)
            return await next_(source, info, **arguments)
        except DomainError as refusal:
            return self._refused(actor, [refusal])
        except Refusals as several:
            return self._refused(actor, several.each)

    def _refused(self, actor: Actor, refusals: Sequence[DomainError]) -> object:
        payload: Any = self._field.type
        return payload(errors=[user_error(refusal, actor.language) for refusal in refusals])


@strawberry.type
class Payload:
    """What every mutation answers: the refusals, none when it was done."""

    errors: list[UserError] = field(default_factory=list)


def query(rule: Rule) -> Callable[[Resolver], Any]:
    """Make a root field of Query out of an async method; its docstring describes it."""
    return _field(lambda: Guard(rule))


def mutation(rule: Rule) -> Callable[[Resolver], Any]:
    """Make a root field of Mutation out of an async method that returns a `Payload` and lets refusals go up."""
    return _field(lambda: MutationGuard(rule))


def subscription(rule: Rule) -> Callable[[Resolver], Any]:
    """Make a root field of Subscription out of an async generator method."""

    def decorate(resolver: Resolver) -> Any:
        return strawberry.subscription(resolver, description=description(resolver), extensions=[StreamGuard(rule)])

    return decorate


def resolved(resolver: Resolver) -> Any:
    """Make a field of a type that has to be looked up, by a loader or a query under the type's own scope; its docstring describes it."""
    return strawberry.field(resolver, description=description(resolver))


def _field(guard: Callable[[], FieldExtension]) -> Callable[[Resolver], Any]:
    def decorate(resolver: Resolver) -> Any:
        return strawberry.field(resolver, description=description(resolver), extensions=[guard()])

    return decorate


def description(of: object) -> str | None:
    """Give a docstring up to its first section (`Raises:`, `Args:`), which is for readers of the code."""
    text = inspect.getdoc(of) or ""
    for section in ("\nRaises:", "\nArgs:", "\nReturns:", "\nYields:"):
        text = text.partition(section)[0]
    return text.strip() or None


__all__ = ["ANYONE", "SIGNED_IN", "Info", "Payload", "Rule", "granted", "mutation", "query", "resolved", "subscription"]
