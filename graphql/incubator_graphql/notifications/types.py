"""Notifications as the API shows them: in the viewer's language and zone."""

from datetime import datetime
from typing import Self

import strawberry

from incubator.notifications import queries
from incubator.notifications.queries import NotificationRow, PreferenceRow
from incubator_graphql.ids import encode
from incubator_graphql.nodes import Node, register_node
from incubator_graphql.outputs import OWN_ROWS, entity


@entity(OWN_ROWS)
class Notification(Node):
    """Something the viewer should know, in the viewer's language."""

    kind: str
    title: str
    body: str
    path: str | None = strawberry.field(description="The client's address where one sees it.")
    created_at: datetime
    read_at: datetime | None

    @classmethod
    def of(cls, row: NotificationRow) -> Self:
        return cls(
            id=strawberry.ID(encode("Notification", row.id)),
            kind=row.kind,
            title=row.title,
            body=row.body,
            path=row.path or None,
            created_at=row.created_at,
            read_at=row.read_at,
        )


@entity(OWN_ROWS)
class NotificationPreference:
    """What reaches the viewer for one kind of notification."""

    kind: str
    label: str = strawberry.field(description="The kind in the viewer's language.")
    email: bool
    in_app: bool

    @classmethod
    def of(cls, row: PreferenceRow) -> Self:
        return cls(kind=row.kind, label=row.label, email=row.by_email, in_app=row.in_app)


NOTIFICATIONS = register_node("Notification", queries.notifications_by_id, Notification.of)
