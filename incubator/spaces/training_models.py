"""Tables of trainings: what must be passed, who may train, sessions with seats, what people hold, and who is in which area."""

from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from incubator.kernel.ids import new_id
from incubator.organizations.models import Organization, Person, Site
from incubator.spaces.models import Room, Unit


class Training(Model):
    """A kind of qualification that an operator asks for, at one site or (without one) at all of its sites.

    `levels` are names, the lowest first; a level is its place, from 1. A biosafety approval has a biosafety level from 1 to 4, others 0.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    operator: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="trainings", on_delete=fields.RESTRICT
    )
    operator_id: UUID
    site: fields.ForeignKeyNullableRelation[Site] = fields.ForeignKeyField(
        "incubator.Site", related_name="trainings", null=True, on_delete=fields.RESTRICT
    )
    site_id: UUID | None
    name = fields.CharField(max_length=120)
    kind = fields.CharField(max_length=20)
    biosafety_level = fields.IntField(default=0)
    description = fields.CharField(max_length=1000, default="")
    levels: list[str] = fields.JSONField(default=list)
    trainer_level = fields.IntField(default=1)
    valid_days = fields.IntField(null=True)
    disuse_days = fields.IntField(null=True)
    reminder_days = fields.IntField(default=30)
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "training"
        unique_together = (("operator", "name"),)
        indexes = (Index(fields=("site_id",)),)


class Trainer(Model):
    """A person whom a manager appointed to train others."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    training: fields.ForeignKeyRelation[Training] = fields.ForeignKeyField(
        "incubator.Training", related_name="trainers", on_delete=fields.RESTRICT
    )
    training_id: UUID
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField("incubator.Person", related_name="trains", on_delete=fields.CASCADE)
    person_id: UUID
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "trainer"
        unique_together = (("training", "person"),)
        indexes = (Index(fields=("person_id",)),)


class UnitRequirement(Model):
    """What a unit, and all that is a part of it, asks of who books it.

    `level` books; below `unattended_level` a second person is needed, and always where `needs_second_person`. `needs_presence`: who
    uses it has said that they are in its room.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("incubator.Unit", related_name="requirements", on_delete=fields.RESTRICT)
    unit_id: UUID
    training: fields.ForeignKeyRelation[Training] = fields.ForeignKeyField(
        "incubator.Training", related_name="requirements", on_delete=fields.RESTRICT
    )
    training_id: UUID
    level = fields.IntField(default=1)
    unattended_level = fields.IntField(null=True)
    needs_second_person = fields.BooleanField(default=False)
    needs_presence = fields.BooleanField(default=False)
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "unit_requirement"
        unique_together = (("unit", "training"),)
        indexes = (Index(fields=("training_id",)),)


class TrainingSession(Model):
    """A time at which a training is given, `[starts_at, ends_at)`. When it is on a unit its id is the holder of that unit's holds."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    training: fields.ForeignKeyRelation[Training] = fields.ForeignKeyField(
        "incubator.Training", related_name="sessions", on_delete=fields.RESTRICT
    )
    training_id: UUID
    site: fields.ForeignKeyRelation[Site] = fields.ForeignKeyField(
        "incubator.Site", related_name="training_sessions", on_delete=fields.RESTRICT
    )
    site_id: UUID
    unit: fields.ForeignKeyNullableRelation[Unit] = fields.ForeignKeyField(
        "incubator.Unit", related_name="training_sessions", null=True, on_delete=fields.RESTRICT
    )
    unit_id: UUID | None
    trainer: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "incubator.Person", related_name="training_sessions", on_delete=fields.RESTRICT
    )
    trainer_id: UUID
    place = fields.CharField(max_length=200, default="")
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    seats = fields.IntField()
    seats_taken = fields.IntField(default=0)
    state = fields.CharField(max_length=10, default="planned")
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "training_session"
        indexes = (
            Index(fields=("site_id", "starts_at")),
            Index(fields=("training_id", "starts_at")),
            Index(fields=("trainer_id", "starts_at")),
            Index(fields=("unit_id",)),
        )


class TrainingSeat(Model):
    """A person's seat in a session. `attended` is None until the trainer says; `passed_level` 0 is not passed."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    session: fields.ForeignKeyRelation[TrainingSession] = fields.ForeignKeyField(
        "incubator.TrainingSession", related_name="taken", on_delete=fields.RESTRICT
    )
    session_id: UUID
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField("incubator.Person", related_name="seats", on_delete=fields.CASCADE)
    person_id: UUID
    attended = fields.BooleanField(null=True)
    passed_level = fields.IntField(default=0)
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "training_seat"
        unique_together = (("session", "person"),)
        indexes = (Index(fields=("person_id",)),)


class Qualification(Model):
    """What a person holds of a training; one row, renewed. Days are inclusive, on the calendar of whoever wrote them.

    How long it holds is told by `qualifying.last_day`. `reminded_of` and `ended_of` are the last days of which the person was told
    that they come, and that they have passed.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "incubator.Person", related_name="qualifications", on_delete=fields.CASCADE
    )
    person_id: UUID
    training: fields.ForeignKeyRelation[Training] = fields.ForeignKeyField(
        "incubator.Training", related_name="qualifications", on_delete=fields.RESTRICT
    )
    training_id: UUID
    level = fields.IntField()
    granted_on = fields.DateField()
    granted_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "incubator.Person", related_name="granted_qualifications", null=True, on_delete=fields.SET_NULL
    )
    granted_by_id: UUID | None
    valid_until = fields.DateField(null=True)
    last_used_on = fields.DateField(null=True)
    state = fields.CharField(max_length=10, default="held")
    reason = fields.CharField(max_length=300, default="")
    reminded_of = fields.DateField(null=True)
    ended_of = fields.DateField(null=True)
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "qualification"
        unique_together = (("person", "training"),)
        indexes = (Index(fields=("training_id",)),)


class AreaPresence(Model):
    """A person in an area, a room, from `entered_at` until `left_at`; of each person one is open at most."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    room: fields.ForeignKeyRelation[Room] = fields.ForeignKeyField("incubator.Room", related_name="presences", on_delete=fields.RESTRICT)
    room_id: UUID
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "incubator.Person", related_name="presences", on_delete=fields.CASCADE
    )
    person_id: UUID
    organization_id = fields.UUIDField(null=True)
    entered_at = fields.DatetimeField()
    left_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "area_presence"
        indexes = (Index(fields=("room_id", "entered_at")), Index(fields=("person_id",)))
