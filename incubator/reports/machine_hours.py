"""Machine hours of a site's instruments between two days, against as many days before, and by the district the users come from."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from incubator import db
from incubator.kernel import checks
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound

LONGEST_DAYS = 366


@dataclass(frozen=True, slots=True)
class DistrictUse:
    """What users from one district used, in minutes; "" for those whose district nobody wrote down.

    `external` counts those of the organisations that rented nothing at the site on a day of the period.
    """

    country: str
    city: str
    district: str
    organizations: int
    external: int
    minutes: int


@dataclass(frozen=True, slots=True)
class MachineHours:
    """Minutes of real use from the first to the last day, of as many days before, and where the users come from, most use first."""

    minutes: int
    minutes_before: int
    organizations: int
    by_district: list[DistrictUse]

    @property
    def change_percent(self) -> Decimal | None:
        """By how much the use grew against the period before, in percent with one decimal, half up; None where nothing was used before."""
        if not self.minutes_before:
            return None
        change = Decimal(self.minutes - self.minutes_before) * 100 / self.minutes_before
        return change.quantize(Decimal("0.1"), ROUND_HALF_UP)


SQL = """
WITH used AS (
  SELECT g.organization_id, g.used_on >= $2 AS is_now, sum(g.minutes)::int AS minutes
  FROM usage g JOIN unit u ON u.id = g.unit_id
  WHERE g.site_id = $1 AND u.kind = 'instrument' AND g.state IN ('closed', 'resolved') AND g.used_on BETWEEN $4 AND $3
  GROUP BY 1, 2
)
SELECT o.country, o.city, o.district, used.is_now, count(*)::int AS organizations, sum(used.minutes)::int AS minutes,
  count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM rental r WHERE r.organization_id = o.id AND r.site_id = $1
    AND r.starts_on <= $3 AND r.ends_on >= $2))::int AS external
FROM used JOIN organization o ON o.id = used.organization_id GROUP BY o.country, o.city, o.district, used.is_now
ORDER BY minutes DESC, o.country, o.city, o.district
"""


async def machine_hours(actor: Actor, site_id: UUID, first: date, last: date) -> MachineHours:
    """Report the use of a site's instruments from a first to a last day of the site, both included; one statement.

    Raises:
        NotSignedIn, Forbidden: the actor does not see the portfolio.
        NotFound: not that of this site.
        PeriodInverted, PeriodTooLong: the days are no range of at most 366.
    """
    actor.require(Grant.SEE_PORTFOLIO)
    if not actor.may(Grant.SEE_PORTFOLIO, site_id):
        raise NotFound(kind="Site", path=("siteId",))
    checks.days(first, last, "until", at_most_days=LONGEST_DAYS, path=("until",))
    found = await db.rows(SQL, site_id, first, last, first - (last - first) - timedelta(days=1))
    now = [row for row in found if row["is_now"]]
    return MachineHours(
        sum(row["minutes"] for row in now),
        sum(row["minutes"] for row in found if not row["is_now"]),
        sum(row["organizations"] for row in now),
        [DistrictUse(**{name: row[name] for name in DistrictUse.__dataclass_fields__}) for row in now],
    )
