"""Reading off notifications and choosing what reaches one."""

import strawberry

from incubator.kernel.errors import PatternMismatch
from incubator.notifications import queries, service
from incubator_graphql.fields import SIGNED_IN, Info, Payload, mutation
from incubator_graphql.ids import decode_many
from incubator_graphql.notifications.types import NotificationPreference
from incubator_graphql.outputs import given, value


@given
class MarkNotificationsReadInput:
    """Either some notifications, or all."""

    ids: list[strawberry.ID] | None = None
    all: bool | None = None


@given
class SetNotificationPreferenceInput:
    """What reaches one for a kind of notification."""

    kind: str
    email: bool
    in_app: bool


@value
class MarkNotificationsReadPayload(Payload):
    """How many are unread now."""

    unread_notification_count: int | None = None


@value
class SetNotificationPreferencePayload(Payload):
    """What reaches one now."""

    preference: NotificationPreference | None = None


@strawberry.type
class NotificationsMutation:
    """Reading off notifications and choosing what reaches one."""

    @mutation(SIGNED_IN)
    async def mark_notifications_read(self, info: Info, input: MarkNotificationsReadInput) -> MarkNotificationsReadPayload:
        """Mark one's notifications as read, some or all."""
        if bool(input.all) == (input.ids is not None):
            raise PatternMismatch(field="ids", limit="ids or all, not both", path=("input", "ids"))
        ids = None if input.ids is None else decode_many(input.ids, "Notification", "input", "ids")
        await service.mark_read(info.context.actor, ids)
        return MarkNotificationsReadPayload(unread_notification_count=await queries.unread_count(info.context.actor))

    @mutation(SIGNED_IN)
    async def set_notification_preference(self, info: Info, input: SetNotificationPreferenceInput) -> SetNotificationPreferencePayload:
        """Choose what reaches one for a kind that can be turned off."""
        actor = info.context.actor
        await service.set_preference(actor, input.kind, by_email=input.email, in_app=input.in_app)
        chosen = next(row for row in await queries.preferences(actor) if row.kind == input.kind)
        return SetNotificationPreferencePayload(preference=NotificationPreference.of(chosen))
