"""Reading notifications."""

import strawberry

from incubator.kernel.paging import Page
from incubator.notifications import queries as notifications
from incubator_graphql.fields import SIGNED_IN, Info, query
from incubator_graphql.notifications.types import Notification, NotificationPreference
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total


@strawberry.type
class NotificationsQuery:
    """Reading notifications."""

    @query(SIGNED_IN)
    async def notifications(
        self,
        info: Info,
        unread_only: bool | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Notification]:
        """List the viewer's notifications, newest first."""
        actor = info.context.actor
        found = await notifications.list_notifications(
            actor, Page(first, after, last, before), unread_only=bool(unread_only), with_total=wants_total(info)
        )
        return Connection[Notification].of(found, lambda row: Notification.of(notifications.in_words(actor, [row])[0]))

    @query(SIGNED_IN)
    async def notification_preferences(self, info: Info) -> list[NotificationPreference]:
        """List what reaches the viewer, for every kind that can be turned off."""
        return [NotificationPreference.of(row) for row in await notifications.preferences(info.context.actor)]
