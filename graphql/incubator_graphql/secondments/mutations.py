"""Seconding people and logging time."""

from datetime import date

import strawberry

from incubator.kernel.actor import Grant
from incubator.secondments import service
from incubator.secondments.service import SecondmentTerms
from incubator_graphql.fields import SIGNED_IN, Info, Payload, granted, mutation
from incubator_graphql.ids import decode
from incubator_graphql.nodes import shown
from incubator_graphql.outputs import given, value
from incubator_graphql.secondments.types import SECONDMENTS, TIME_LOGS, CostModel, Secondment, TimeLog


@given
class CreateSecondmentInput:
    """What a secondment is agreed on. Somebody new is invited as the employer's mentor."""

    secondee_email: str
    secondee_name: str
    employer_id: strawberry.ID
    host_id: strawberry.ID
    site_id: strawberry.ID
    function: str
    hours_per_week: int
    starts_on: date
    ends_on: date = strawberry.field(description="The last day, included.")
    cost_model: CostModel
    goals: str = ""


@given
class LogTimeInput:
    """Time worked on one day of the site."""

    secondment_id: strawberry.ID
    worked_on: date
    minutes: int
    category: str = strawberry.field(description="`work`, `meeting`, `travel`, `training` or `other`.")
    note: str = ""
    client_key: str = strawberry.field(description="Made by the client, 8 to 80 characters: sent again, the entry that exists is answered.")


@given
class RemoveTimeLogInput:
    """The own entry to take back."""

    time_log_id: strawberry.ID
    expected_version: int | None = None


@value
class CreateSecondmentPayload(Payload):
    """The secondment."""

    secondment: Secondment | None = None


@value
class LogTimePayload(Payload):
    """The entry."""

    time_log: TimeLog | None = None


@value
class RemoveTimeLogPayload(Payload):
    """The entry that counts no more."""

    time_log: TimeLog | None = None


@strawberry.type
class SecondmentsMutation:
    """Seconding people and logging time."""

    @mutation(granted(Grant.SECOND_PEOPLE))
    async def create_secondment(self, info: Info, input: CreateSecondmentInput) -> CreateSecondmentPayload:
        """Second a corporate's person to a startup at a site."""
        terms = SecondmentTerms(
            secondee_email=input.secondee_email,
            secondee_name=input.secondee_name,
            employer_id=decode(input.employer_id, "Organization", "input", "employerId"),
            host_id=decode(input.host_id, "Organization", "input", "hostId"),
            site_id=decode(input.site_id, "Site", "input", "siteId"),
            function=input.function,
            hours_per_week=input.hours_per_week,
            starts_on=input.starts_on,
            ends_on=input.ends_on,
            cost_model=input.cost_model.value,
            goals=input.goals,
        )
        secondment_id = await service.second_person(info.context.actor, terms)
        return CreateSecondmentPayload(secondment=await shown(info, SECONDMENTS, secondment_id, Secondment.of))

    @mutation(SIGNED_IN)
    async def log_time(self, info: Info, input: LogTimeInput) -> LogTimePayload:
        """Write down time worked, once for each client key."""
        time_log_id = await service.log_time(
            info.context.actor,
            decode(input.secondment_id, "Secondment", "input", "secondmentId"),
            input.worked_on,
            input.minutes,
            input.category,
            input.note,
            input.client_key,
        )
        return LogTimePayload(time_log=await shown(info, TIME_LOGS, time_log_id, TimeLog.of))

    @mutation(SIGNED_IN)
    async def remove_time_log(self, info: Info, input: RemoveTimeLogInput) -> RemoveTimeLogPayload:
        """Take an own entry back; it stays in the audit trail."""
        time_log_id = decode(input.time_log_id, "TimeLog", "input", "timeLogId")
        shown = await info.context.loaders.of(TIME_LOGS).load(time_log_id)
        await service.remove_time_log(info.context.actor, time_log_id, input.expected_version)
        return RemoveTimeLogPayload(time_log=TimeLog.of(shown) if shown else None)
