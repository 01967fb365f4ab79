"""Table of imports."""

from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from incubator.kernel.ids import new_id
from incubator.organizations.models import Person


class ImportBatch(Model):
    """One file somebody brought, as it was read: its rows and errors, and whether it was applied."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    kind = fields.CharField(max_length=30)
    file_name = fields.CharField(max_length=200)
    file_hash = fields.CharField(max_length=64)
    state = fields.CharField(max_length=20)
    rows: list[dict[str, object]] = fields.JSONField()
    errors: list[dict[str, object]] = fields.JSONField()
    imported_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "incubator.Person", related_name="imports", on_delete=fields.RESTRICT
    )
    imported_by_id: UUID
    organization_id = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()
    applied_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "import_batch"
        indexes = (Index(fields=("imported_by_id", "id")),)
