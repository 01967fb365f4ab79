"""People and tokens from the command line, which is the administrator's door: whoever can run it owns the data anyway."""

from datetime import timedelta

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import READ_SCOPE, SYSTEM, WRITE_SCOPE, OrganizationKind, Role
from incubator.kernel.errors import NotFound, PatternMismatch
from incubator.organizations import access, places, service


async def create_token(email: str, name: str, may_write: bool, days: int) -> str:
    """Make a token for a person, standing where they first belong; returns its secret.

    Raises:
        NotFound: nobody has the address, or they belong nowhere.
    """
    person_id = await db.value("SELECT id FROM person WHERE email = $1", email.strip().lower())
    actor = await access.actor_of_person(person_id) if person_id else None
    if actor is None:
        raise NotFound(kind="Person")
    expires_on = clock.today(actor.time_zone) + timedelta(days=days) if days else None
    _, secret = await service.create_api_token(actor, name, [READ_SCOPE, WRITE_SCOPE] if may_write else [READ_SCOPE], expires_on)
    return secret


async def create_user(email: str, name: str, operator: str, role: str, country: str, city: str, password: str) -> None:
    """Add a person with a role at an operator, which is registered when it is new.

    Raises:
        PatternMismatch: there is no such role.
        RoleNotOfKind, PasswordTooWeak, InvalidValue: a value breaks its rule.
    """
    try:
        wanted = Role(role)
    except ValueError as error:
        raise PatternMismatch(field="role", limit=", ".join(Role)) from error
    async with db.transaction():
        try:
            operator_id = await places.operator_by_key(operator)
        except NotFound:
            terms = places.OrganizationTerms(
                key=operator, name=operator.replace("_", " ").title(), kind=OrganizationKind.OPERATOR.value, country=country, city=city
            )
            operator_id = await places.register_organization(SYSTEM, terms)
        person_id = await service.register_person(email, name)
        await service.give_role(SYSTEM, person_id, operator_id, wanted)
        await service.set_password(person_id, password)
