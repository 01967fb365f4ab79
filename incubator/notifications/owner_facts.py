"""Who is told of what happens to units that belong to others."""

from decimal import Decimal
from uuid import UUID

from incubator.kernel import outbox
from incubator.kernel.ids import global_id
from incubator.notifications.facts import row_of
from incubator.notifications.kinds import Kind
from incubator.notifications.service import tell
from incubator.organizations import queries as organizations
from incubator.spaces.events import OwnerShareChanged, OwnerStatementMade

KEEPERS = ("representative", "owner")
STATEMENT = (
    "SELECT m.owner_id, m.month AS stated_month, m.share_minor, m.currency, e.name AS legal_entity FROM owner_statement m"
    " JOIN legal_entity e ON e.id = m.legal_entity_id WHERE m.id = $1"
)


@outbox.consumer(OwnerStatementMade, "tell of an owner's statement")
async def owner_statement_made(event: OwnerStatementMade, message_id: UUID) -> None:
    """The owner's people, those for money among them."""
    found = await row_of(STATEMENT, event.statement_id)
    people = await organizations.contacts(found["owner_id"], [*KEEPERS, "billing contact"])
    params = {name: found[name] for name in ("stated_month", "share_minor", "currency", "legal_entity")}
    await tell(
        people, Kind.OWNER_STATEMENT, params, f"/owner-statements?open={global_id('OwnerStatement', event.statement_id)}", message_id
    )


@outbox.consumer(OwnerShareChanged, "tell of a share that was changed")
async def owner_share_changed(event: OwnerShareChanged, message_id: UUID) -> None:
    """The owner's people and the site's managers, but who changed it."""
    found = await row_of(
        "SELECT u.site_id, u.name AS unit, s.name AS site FROM unit u JOIN site s ON s.id = u.site_id WHERE u.id = $1", event.unit_id
    )
    people = [
        *await organizations.contacts(event.owner_id, KEEPERS),
        *await organizations.site_staff(found["site_id"], ["manager"]),
    ]
    params = {
        "unit": found["unit"],
        "site": found["site"],
        "percent": f"{Decimal(event.share_percent).normalize():f}",
        "starts_on": event.starts_on,
    }
    others = {person.id: person for person in people if person.id != event.changed_by}
    await tell(list(others.values()), Kind.OWNER_SHARE, params, f"/units?open={global_id('Unit', event.unit_id)}", message_id)
