"""Row scopes of trainings: what is asked is no secret; what people hold is theirs, their organisation's owner's and the staff's."""

from incubator.kernel.actor import Actor, Role
from incubator.organizations.scope import EVERYTHING, NOTHING, Scope
from incubator.spaces.scope import STAFF

EMPLOYERS = (Role.OWNER, Role.CORPORATE_ADMIN)


def visible_trainings(actor: Actor) -> Scope:
    """Return the condition over `training`: units name what they ask for, so who sees units sees that."""
    return EVERYTHING if actor.is_system or actor.person_id else NOTHING


def visible_sessions(actor: Actor, alias: str = "n") -> Scope:
    """Return the condition over `training_session` under `alias`: for who has to do with its site or gives or attends it, and for staff."""
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    return (
        (
            f"({alias}.trainer_id = $1 OR {alias}.site_id = ANY($2::uuid[]) OR {alias}.site_id IN (SELECT at.site_id FROM organization_at_site at"
            f" WHERE at.organization_id = ANY($3::uuid[])) OR EXISTS (SELECT 1 FROM training_seat mine WHERE mine.session_id = {alias}.id"
            " AND mine.person_id = $1))"
        ),
        [actor.person_id, list(actor.site_ids_as(*STAFF)), list(actor.organization_ids_as())],
    )


def visible_seats(actor: Actor, alias: str = "e") -> Scope:
    """Return the condition over `training_seat` under `alias`: one's own, those of sessions one gives, and of the staff's sites."""
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    return (
        (
            f"({alias}.person_id = $1 OR EXISTS (SELECT 1 FROM training_session given WHERE given.id = {alias}.session_id"
            " AND (given.trainer_id = $1 OR given.site_id = ANY($2::uuid[]))))"
        ),
        [actor.person_id, list(actor.site_ids_as(*STAFF))],
    )


def visible_qualifications(actor: Actor, alias: str = "q") -> Scope:
    """Return the condition over `qualification` under `alias`: one's own, those of the people of one's organisation, and of staff's trainings."""
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    return (
        (
            f"({alias}.person_id = $1 OR EXISTS (SELECT 1 FROM role_assignment theirs WHERE theirs.person_id = {alias}.person_id"
            f" AND theirs.organization_id = ANY($2::uuid[])) OR {alias}.training_id IN (SELECT asked.id FROM training asked JOIN site house"
            " ON house.operator_id = asked.operator_id AND (asked.site_id IS NULL OR asked.site_id = house.id) WHERE house.id = ANY($3::uuid[])))"
        ),
        [actor.person_id, list(actor.organization_ids_as(*EMPLOYERS)), list(actor.site_ids_as(*STAFF))],
    )


def visible_presences(actor: Actor, alias: str = "a") -> Scope:
    """Return the condition over `area_presence` under `alias`, joined to `building b`: one's own, and those of the staff's sites."""
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    return (f"({alias}.person_id = $1 OR b.site_id = ANY($2::uuid[]))", [actor.person_id, list(actor.site_ids_as(*STAFF))])
