"""Tables of the kernel: what was said (outbox), what is to do (work), what was answered (idempotency), what was done (audit)."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from incubator.kernel.ids import new_id


class OutboxMessage(Model):
    """A fact that others must hear of, written in the transaction that made it true; `concerns_id` goes on to the work it makes."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    kind = fields.CharField(max_length=100)
    payload: dict[str, object] = fields.JSONField()
    touches: list[dict[str, object]] = fields.JSONField()
    concerns_id = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()
    relayed_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "outbox_message"


class WorkItem(Model):
    """Something to do, once for each (kind, subject, period). PostgreSQL owns the list; the queue only rings.

    `concerns_id` is the site, legal entity or organisation that it is done for; empty for work of the whole installation.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    kind = fields.CharField(max_length=100)
    subject = fields.CharField(max_length=200)
    period = fields.CharField(max_length=40, default="")
    payload: dict[str, object] = fields.JSONField(default=dict)
    state = fields.CharField(max_length=10, default="ready")
    attempts = fields.IntField(default=0)
    run_after = fields.DatetimeField()
    leased_until = fields.DatetimeField(null=True)
    leased_by = fields.UUIDField(null=True)
    fence = fields.IntField(default=0)
    last_error = fields.TextField(default="")
    concerns_id = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "work_item"
        unique_together = (("kind", "subject", "period"),)


class IdempotencyKey(Model):
    """What was answered to a key; the same key with the same input gets the same answer for good."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    owner_id = fields.UUIDField()
    key = fields.CharField(max_length=200)
    operation = fields.CharField(max_length=100)
    input_hash = fields.CharField(max_length=64)
    answer: dict[str, object] | None = fields.JSONField(null=True)
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "idempotency_key"
        unique_together = (("owner_id", "key"),)


class AuditEntry(Model):
    """Who did what to which row, when, with what before and after; append-only by trigger.

    `concerns_id` is the site, legal entity or organisation that the row belongs to (`migrations/sql/oversight.sql`).
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    at = fields.DatetimeField()
    person_id = fields.UUIDField(null=True)
    organization_id = fields.UUIDField(null=True)
    via = fields.CharField(max_length=20)
    action = fields.CharField(max_length=100)
    type_name = fields.CharField(max_length=60)
    subject_id = fields.UUIDField()
    concerns_id = fields.UUIDField(null=True)
    before: dict[str, object] | None = fields.JSONField(null=True)
    after: dict[str, object] | None = fields.JSONField(null=True)
    request_id = fields.CharField(max_length=60, default="")

    class Meta(Model.Meta):
        table = "audit_entry"
        indexes = (Index(fields=("type_name", "subject_id", "id")), Index(fields=("concerns_id", "id")))


class ProcessHeartbeat(Model):
    """A line per running process, renewed every few seconds."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    kind = fields.CharField(max_length=20)
    host = fields.CharField(max_length=200)
    pid = fields.IntField()
    started_at = fields.DatetimeField()
    seen_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "process_heartbeat"
