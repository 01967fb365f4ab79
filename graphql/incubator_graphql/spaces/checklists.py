"""Checklists of hand-over and return in the API."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

import strawberry

from incubator.kernel.actor import Actor, Grant
from incubator.spaces import checklist_queries, service
from incubator.spaces.checklist_queries import ChecklistRow
from incubator.spaces.checklists import Found, Item, read_items
from incubator.spaces.rental_scope import visible_checklists
from incubator_graphql.fields import SIGNED_IN, Info, Payload, granted, mutation, query, resolved
from incubator_graphql.ids import decode, encode
from incubator_graphql.loaders import Relation
from incubator_graphql.nodes import Node, register_node, shown
from incubator_graphql.outputs import entity, enum, given, value
from incubator_graphql.spaces.types import UnitKind


@enum
class ChecklistPurpose(StrEnum):
    """When a checklist is gone through: as the unit is handed over, or as it comes back."""

    HAND_OVER = "hand-over"
    RETURN = "return"


@enum
class ChecklistItemState(StrEnum):
    """How an item was found; open while it was not looked at."""

    OPEN = ""
    OK = "ok"
    DEFECT = "defect"
    MISSING = "missing"


@value
class ChecklistItem:
    """One thing to look at."""

    item: strawberry.Private[Item]
    position: int = strawberry.field(description="From 0.")
    state: ChecklistItemState
    note: str

    @resolved
    async def text(self, info: Info) -> str:
        """What it is, in the viewer's language where the list has it."""
        texts = self.item.texts
        return texts.get(info.context.actor.language.value) or texts.get("") or texts.get("en") or next(iter(texts.values()))


@entity(visible_checklists)
class Checklist(Node):
    """What was found as a unit was handed over or came back. Signed by staff, then by the tenant, then never changed."""

    row: strawberry.Private[ChecklistRow]
    rental_id: strawberry.ID
    purpose: ChecklistPurpose
    items: list[ChecklistItem]
    content_hash: str = strawberry.field(description="SHA-256 of what staff signed; empty before. The tenant confirms it.")
    staff_signed_by_name: str | None
    staff_signed_at: datetime | None
    tenant_signed_by_name: str | None
    tenant_remark: str
    absence_reason: str = strawberry.field(description="Why staff signed for an absent tenant; empty when they did not.")
    closed_at: datetime | None = strawberry.field(description="When both sides had signed.")
    version: int

    @classmethod
    def of(cls, row: ChecklistRow) -> Self:
        return cls(
            id=strawberry.ID(encode("Checklist", row.id)),
            row=row,
            rental_id=strawberry.ID(encode("Rental", row.rental_id)),
            purpose=ChecklistPurpose(row.purpose),
            items=[
                ChecklistItem(item=item, position=position, state=ChecklistItemState(item.state), note=item.note)
                for position, item in enumerate(read_items(row.items))
            ],
            content_hash=row.content_hash,
            staff_signed_by_name=row.staff_signed_by_name,
            staff_signed_at=row.staff_signed_at,
            tenant_signed_by_name=row.tenant_signed_by_name,
            tenant_remark=row.tenant_remark,
            absence_reason=row.absence_reason,
            closed_at=row.closed_at,
            version=row.version,
        )


async def _of_rentals(actor: Actor, rental_ids: Sequence[UUID]) -> list[list[ChecklistRow]]:
    found = await checklist_queries.checklists_of_rentals(actor, rental_ids)
    return [found.get(rental_id, []) for rental_id in rental_ids]


CHECKLISTS_OF_RENTAL: Relation[UUID, list[ChecklistRow]] = Relation("checklists of a rental", _of_rentals)
CHECKLISTS = register_node("Checklist", checklist_queries.checklists_by_id, Checklist.of)


@value
class ChecklistText:
    """What an item is called in a language; an empty language is for all."""

    language: str
    text: str


@value
class ChecklistTemplateItem:
    """One thing that is looked at for a kind of unit."""

    texts: list[ChecklistText]


@given
class ChecklistTextInput:
    """What an item is called in a language (en, de, zh-CN); an empty language is for all."""

    text: str
    language: str = ""


@given
class ChecklistTemplateItemInput:
    """One thing to look at."""

    texts: list[ChecklistTextInput]


@given
class SetChecklistTemplateInput:
    """What is looked at for a kind of unit at a site; no items: the usual list again."""

    site_id: strawberry.ID
    kind: UnitKind
    purpose: ChecklistPurpose
    items: list[ChecklistTemplateItemInput]


@given
class StartChecklistInput:
    """The rental, and when it is gone through."""

    rental_id: strawberry.ID
    purpose: ChecklistPurpose


@given
class ChecklistFindingInput:
    """How an item was found, by its position from 0."""

    position: int
    state: ChecklistItemState
    note: str = ""


@given
class FillChecklistInput:
    """How items were found."""

    checklist_id: strawberry.ID
    items: list[ChecklistFindingInput]
    expected_version: int


@given
class SignChecklistInput:
    """A signature. The tenant names the hash that was shown; staff may sign for an absent tenant with a reason."""

    checklist_id: strawberry.ID
    content_hash: str = ""
    remark: str = ""
    absence_reason: str = ""


@value
class ChecklistPayload(Payload):
    """The checklist."""

    checklist: Checklist | None = None


@value
class SetChecklistTemplatePayload(Payload):
    """What is looked at from now on."""

    items: list[ChecklistTemplateItem] | None = None


def _template(items: Sequence[Item]) -> list[ChecklistTemplateItem]:
    return [
        ChecklistTemplateItem(texts=[ChecklistText(language=language, text=text) for language, text in item.texts.items()])
        for item in items
    ]


@strawberry.type
class ChecklistsQuery:
    """Reading what is looked at."""

    @query(granted(Grant.MANAGE_SPACE))
    async def checklist_template(
        self, info: Info, site_id: strawberry.ID, kind: UnitKind, purpose: ChecklistPurpose
    ) -> list[ChecklistTemplateItem]:
        """List what is looked at for a kind of unit at a site: its own list, else the usual one."""
        site = decode(site_id, "Site", "siteId")
        return _template(await checklist_queries.template_of(info.context.actor, site, kind.value, purpose.value))


@strawberry.type
class ChecklistsMutation:
    """Handing units over and taking them back."""

    @mutation(granted(Grant.MANAGE_SPACE))
    async def set_checklist_template(self, info: Info, input: SetChecklistTemplateInput) -> SetChecklistTemplatePayload:
        """Set what is looked at for a kind of unit at a site. Checklists that were begun keep theirs."""
        site_id = decode(input.site_id, "Site", "input", "siteId")
        texts = [{one.language: one.text for one in item.texts} for item in input.items]
        actor = info.context.actor
        await service.set_template(actor, site_id, input.kind.value, input.purpose.value, texts)
        items = await checklist_queries.template_of(actor, site_id, input.kind.value, input.purpose.value)
        return SetChecklistTemplatePayload(items=_template(items))

    @mutation(granted(Grant.CHECK_IN))
    async def start_checklist(self, info: Info, input: StartChecklistInput) -> ChecklistPayload:
        """Begin a checklist of a rental. Asked again, the same one is answered."""
        rental_id = decode(input.rental_id, "Rental", "input", "rentalId")
        checklist_id = await service.start_checklist(info.context.actor, rental_id, input.purpose.value)
        return ChecklistPayload(checklist=await shown(info, CHECKLISTS, checklist_id, Checklist.of))

    @mutation(granted(Grant.CHECK_IN))
    async def fill_checklist(self, info: Info, input: FillChecklistInput) -> ChecklistPayload:
        """Write how items were found. A staff signature that the tenant has not met is void by it."""
        checklist_id = decode(input.checklist_id, "Checklist", "input", "checklistId")
        found = [Found(one.position, one.state.value, one.note) for one in input.items]
        await service.fill_checklist(info.context.actor, checklist_id, found, input.expected_version)
        return ChecklistPayload(checklist=await shown(info, CHECKLISTS, checklist_id, Checklist.of))

    @mutation(SIGNED_IN)
    async def sign_checklist(self, info: Info, input: SignChecklistInput) -> ChecklistPayload:
        """Sign: staff when every item was looked at, then the tenant. After both it never changes."""
        checklist_id = decode(input.checklist_id, "Checklist", "input", "checklistId")
        await service.sign_checklist(
            info.context.actor, checklist_id, input.content_hash, remark=input.remark, absence_reason=input.absence_reason
        )
        return ChecklistPayload(checklist=await shown(info, CHECKLISTS, checklist_id, Checklist.of))
