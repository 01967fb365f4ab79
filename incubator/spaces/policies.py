"""Set what a unit asks of bookings; those that stand keep the policy they were made under."""

from dataclasses import fields
from uuid import UUID

from incubator import db
from incubator.kernel import audit, checks, outbox
from incubator.kernel.actor import Actor
from incubator.kernel.errors import OutOfRange, PatternMismatch
from incubator.kernel.jsonable import dumps
from incubator.organizations.opening_hours import OpeningHours
from incubator.spaces.events import UnitChanged
from incubator.spaces.owning import lock_kept_unit
from incubator.spaces.policy import Policy

CHARGE_ON = ("reserved", "used", "longer")
LONGEST_MINUTES = 31 * 24 * 60
RANGES = {
    "shortest_minutes": (1, LONGEST_MINUTES),
    "longest_minutes": (1, LONGEST_MINUTES),
    "step_minutes": (1, 1440),
    "horizon_days": (0, 3660),
    "buffer_minutes": (0, 1440),
    "cancel_fee_percent": (0, 100),
    "no_show_fee_percent": (0, 100),
    "grace_minutes": (1, 1440),
    "approval_minutes": (1, LONGEST_MINUTES),
    "gap_minutes": (0, 1440),
    "offer_minutes": (1, 10_080),
    "hold_minutes": (0, LONGEST_MINUTES),
}
ANY = (0, 366 * 24 * 60)


def check_policy(policy: Policy) -> None:
    """Accept a policy.

    Raises:
        OutOfRange: a limit is not one; the longest is below the shortest.
        PatternMismatch: `charge_on` is none of reserved, used, longer.
        OpeningHoursInvalid: the off-peak windows cannot be read.
    """
    for field in fields(policy):
        value = getattr(policy, field.name)
        if isinstance(value, int) and not isinstance(value, bool):
            name = _camel(field.name)
            checks.between(value, name, *RANGES.get(field.name, ANY), path=("input", name))
    if policy.shortest_minutes and policy.longest_minutes and policy.longest_minutes < policy.shortest_minutes:
        raise OutOfRange(field="longestMinutes", limit=f"≥ {policy.shortest_minutes}", path=("input", "longestMinutes"))
    if policy.charge_on not in CHARGE_ON:
        raise PatternMismatch(field="chargeOn", limit=", ".join(CHARGE_ON), path=("input", "chargeOn"))
    if policy.off_peak_hours:
        OpeningHours.parse(policy.off_peak_hours, path=("input", "offPeakHours"))


async def set_policy(actor: Actor, unit_id: UUID, policy: Policy, expected_version: int | None = None) -> None:
    """Set what a unit asks of bookings from now on.

    Raises:
        NotFound: there is no such unit.
        NotSignedIn, Forbidden: the actor neither manages the site's space nor owns the unit.
        Stale: the unit was changed meanwhile.
        OutOfRange, PatternMismatch, OpeningHoursInvalid: a limit breaks its rule.
    """
    check_policy(policy)
    async with db.transaction():
        found = await lock_kept_unit(actor, unit_id)
        checks.version(expected_version, found["version"])
        await db.execute("UPDATE unit SET policy = $2, version = version + 1 WHERE id = $1", unit_id, dumps(policy))
        await audit.record(actor, "set policy", "Unit", unit_id, before={"policy": found["policy"]}, after={"policy": dumps(policy)})
        await outbox.record(UnitChanged(unit_id, found["version"] + 1))


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
