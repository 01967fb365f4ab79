"""What is done to contracts: new prices, pauses, ends and minimums."""

from datetime import date
from decimal import Decimal

import strawberry

from incubator.billing import service
from incubator.billing.heirs import NewPrice
from incubator.kernel.actor import Grant
from incubator_graphql.billing.contract_types import CONTRACTS, Contract
from incubator_graphql.fields import Info, Payload, granted, mutation
from incubator_graphql.ids import decode
from incubator_graphql.nodes import shown
from incubator_graphql.outputs import given, value
from incubator_graphql.scalars import MinorUnits


@given
class ChangePriceInput:
    """What a term costs from a day of the site on; what is null stays as it is. A discount of 0 ends the discount."""

    contract_id: strawberry.ID
    term_id: strawberry.ID
    starts_on: date
    expected_version: int
    unit_price_minor: MinorUnits | None = None
    quantity: Decimal | None = None
    discount_percent: Decimal | None = None
    discount_until: date | None = None


@value
class ChangePricePayload(Payload):
    """The contract."""

    contract: Contract | None = None


@given
class PauseContractInput:
    """Days that cost nothing, both included; without a last day until further notice."""

    contract_id: strawberry.ID
    first_on: date
    reason: str
    expected_version: int
    last_on: date | None = None


@value
class PauseContractPayload(Payload):
    """The contract."""

    contract: Contract | None = None


@given
class ResumeContractInput:
    """A pause and its new last day."""

    contract_id: strawberry.ID
    pause_id: strawberry.ID
    last_on: date
    expected_version: int


@value
class ResumeContractPayload(Payload):
    """The contract."""

    contract: Contract | None = None


@given
class StopContractInput:
    """A contract and its last day."""

    contract_id: strawberry.ID
    ends_on: date
    expected_version: int


@value
class StopContractPayload(Payload):
    """The contract."""

    contract: Contract | None = None


@given
class SetMinimumInput:
    """What each calendar month comes to at least, as priced; null: nothing."""

    contract_id: strawberry.ID
    expected_version: int
    minimum_minor: MinorUnits | None = None


@value
class SetMinimumPayload(Payload):
    """The contract."""

    contract: Contract | None = None


@strawberry.type
class ContractChangesMutation:
    """Changing contracts."""

    @mutation(granted(Grant.RUN_BILLING))
    async def change_price(self, info: Info, input: ChangePriceInput) -> ChangePricePayload:
        """Let a term cost something else from a day on. Days that were billed at the old price are taken back and billed at the new one."""
        contract_id = decode(input.contract_id, "Contract", "input", "contractId")
        change = NewPrice(
            decode(input.term_id, "ContractTerm", "input", "termId"),
            input.starts_on,
            input.unit_price_minor,
            input.quantity,
            input.discount_percent,
            input.discount_until,
        )
        await service.change_price(info.context.actor, contract_id, change, input.expected_version)
        return ChangePricePayload(contract=await shown(info, CONTRACTS, contract_id, Contract.of))

    @mutation(granted(Grant.RUN_BILLING))
    async def pause_contract(self, info: Info, input: PauseContractInput) -> PauseContractPayload:
        """Let a contract cost nothing on some days. What was billed for them is taken back."""
        contract_id = decode(input.contract_id, "Contract", "input", "contractId")
        await service.pause_contract(info.context.actor, contract_id, input.first_on, input.last_on, input.reason, input.expected_version)
        return PauseContractPayload(contract=await shown(info, CONTRACTS, contract_id, Contract.of))

    @mutation(granted(Grant.RUN_BILLING))
    async def resume_contract(self, info: Info, input: ResumeContractInput) -> ResumeContractPayload:
        """Let a paused contract go on after a day."""
        contract_id = decode(input.contract_id, "Contract", "input", "contractId")
        pause_id = decode(input.pause_id, "ContractPause", "input", "pauseId")
        await service.resume_contract(info.context.actor, contract_id, pause_id, input.last_on, input.expected_version)
        return ResumeContractPayload(contract=await shown(info, CONTRACTS, contract_id, Contract.of))

    @mutation(granted(Grant.RUN_BILLING))
    async def stop_contract(self, info: Info, input: StopContractInput) -> StopContractPayload:
        """End a contract on a day. What was billed for later days is taken back."""
        contract_id = decode(input.contract_id, "Contract", "input", "contractId")
        await service.stop_contract(info.context.actor, contract_id, input.ends_on, input.expected_version)
        return StopContractPayload(contract=await shown(info, CONTRACTS, contract_id, Contract.of))

    @mutation(granted(Grant.RUN_BILLING))
    async def set_minimum(self, info: Info, input: SetMinimumInput) -> SetMinimumPayload:
        """Agree on what each calendar month comes to at least."""
        contract_id = decode(input.contract_id, "Contract", "input", "contractId")
        await service.set_minimum(info.context.actor, contract_id, input.minimum_minor, input.expected_version)
        return SetMinimumPayload(contract=await shown(info, CONTRACTS, contract_id, Contract.of))
