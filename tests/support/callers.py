"""Every kind of caller, for the permission tables: who they are to a site and a startup, and what they show."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from incubator import db
from incubator.kernel.actor import Actor, Role
from tests.support import make
from tests.support.web import session_of, token_of


@dataclass(frozen=True, slots=True)
class World:
    """A site with its staff, and a startup that rents there."""

    house: make.House
    owner: Actor

    @property
    def startup_id(self) -> UUID:
        """The startup's id."""
        assert self.owner.organization_id is not None
        return self.owner.organization_id


Credentials = dict[str, str] | None
Caller = Callable[[World], Awaitable[Credentials]]


async def world() -> World:
    """Make a site and a startup that rents there."""
    house = await make.house()
    return World(house, await make.resident(house))


def staff(role: Role) -> Caller:
    """Somebody with a role at the site's operator."""

    async def caller(known: World) -> Credentials:
        return await session_of(await make.person(known.house.operator_id, role))

    return caller


def of_startup(role: Role) -> Caller:
    """Somebody with a role in the startup."""

    async def caller(known: World) -> Credentials:
        return await session_of(await make.person(known.startup_id, role))

    return caller


def of_another(kind: str, role: Role) -> Caller:
    """Somebody with a role in an organisation that has nothing to do with the site."""

    async def caller(known: World) -> Credentials:
        return await session_of(await make.person(await make.organization(kind), role))

    return caller


async def anonymous(known: World) -> Credentials:
    """Nobody."""
    return None


async def manager_elsewhere(known: World) -> Credentials:
    """The manager of another operator's site."""
    return await session_of((await make.house()).manager)


async def reading_token(known: World) -> Credentials:
    """An API token of the site's manager that may only read."""
    return await token_of(known.house.manager, "read")


async def ended_session(known: World) -> Credentials:
    """A browser that was signed out."""
    session = await session_of(known.house.manager)
    await db.execute("UPDATE session SET revoked_at = now()")
    return session


CALLERS: dict[str, Caller] = {
    "anonymous": anonymous,
    "owner": of_startup(Role.OWNER),
    "member": of_startup(Role.MEMBER),
    "billing contact": of_startup(Role.BILLING_CONTACT),
    "another startup's owner": of_another("startup", Role.OWNER),
    "corporate admin": of_another("corporate", Role.CORPORATE_ADMIN),
    "mentor": of_another("corporate", Role.MENTOR),
    "scout": of_another("corporate", Role.SCOUT),
    "university": of_another("university", Role.REPRESENTATIVE),
    "manager": staff(Role.MANAGER),
    "finance": staff(Role.FINANCE),
    "front desk": staff(Role.FRONT_DESK),
    "auditor": staff(Role.AUDITOR),
    "reviewer": staff(Role.REVIEWER),
    "manager elsewhere": manager_elsewhere,
    "reading token": reading_token,
    "ended session": ended_session,
}


@dataclass(frozen=True, slots=True)
class Table:
    """Who may do something, and the code that each other caller is refused with."""

    allowed: tuple[str, ...]
    refused: dict[str, str]


def table(*allowed: str, **refused: str) -> Table:
    """Make a permission table over all callers.

    `refused` names callers with `_` for blanks; those named nowhere are Forbidden, nobody and an ended session NotSignedIn.
    """
    codes = dict.fromkeys(CALLERS, "Forbidden") | {"anonymous": "NotSignedIn", "ended session": "NotSignedIn"}
    codes |= {name.replace("_", " ").replace("startups", "startup's"): code for name, code in refused.items()}
    assert codes.keys() | set(allowed) == CALLERS.keys()
    return Table(allowed, {name: code for name, code in codes.items() if name not in allowed})


async def refusals(known: World, given: Table, attempt: Callable[[Credentials], Awaitable[dict[str, Any]]]) -> dict[str, str]:
    """Let every caller who may not try the same thing, one after the other; returns the code each was refused with, empty for none."""
    found = {}
    for name in given.refused:
        answer = await attempt(await CALLERS[name](known))
        found[name] = ", ".join(error["code"] for error in answer["errors"])
    return found
