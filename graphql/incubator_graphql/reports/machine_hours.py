"""Machine hours as the API shows them."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import strawberry

from incubator.kernel.actor import Grant
from incubator.reports import machine_hours
from incubator_graphql.fields import Info, granted, query
from incubator_graphql.ids import decode
from incubator_graphql.outputs import value


@value
class DistrictUse:
    """What users from one district used."""

    country: str = strawberry.field(description="ISO 3166-1 alpha-2.")
    city: str
    district: str = strawberry.field(description="Empty where nobody wrote it down.")
    organizations: int
    external: int = strawberry.field(description="Those of them that rented nothing at the site then.")
    minutes: int


@value
class MachineHours:
    """Real use of a site's instruments between two days, against as many days before."""

    minutes: int
    minutes_before: int
    change_percent: Decimal | None = strawberry.field(description="One decimal; null where nothing was used before.")
    organizations: int = strawberry.field(description="How many used them.")
    by_district: list[DistrictUse] = strawberry.field(description="Most use first.")


@strawberry.type
class MachineHoursQuery:
    """The report of machine hours."""

    @query(granted(Grant.SEE_PORTFOLIO))
    async def machine_hours(
        self, info: Info, site_id: strawberry.ID, from_: Annotated[date, strawberry.argument(name="from")], until: date
    ) -> MachineHours:
        """Tell how much a site's instruments were used from a first to a last day, and from which districts the users come."""
        found = await machine_hours.machine_hours(info.context.actor, decode(site_id, "Site", "siteId"), from_, until)
        return MachineHours(
            minutes=found.minutes,
            minutes_before=found.minutes_before,
            change_percent=found.change_percent,
            organizations=found.organizations,
            by_district=[
                DistrictUse(
                    country=use.country,
                    city=use.city,
                    district=use.district,
                    organizations=use.organizations,
                    external=use.external,
                    minutes=use.minutes,
                )
                for use in found.by_district
            ],
        )
