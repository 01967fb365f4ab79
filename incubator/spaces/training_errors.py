"""Refusals of qualifications.

QualificationRule           a rule of a booking: what its unit asks of the person; staff may override it, but never for a biosafety approval
├── QualificationMissing, QualificationExpired, QualificationTooLow
├── QualificationSuspended  never overridable: staff lift the suspension instead
└── SecondPersonNeeded, SecondPersonNotQualified
NotInArea, SecondPersonAbsent   at check-in: somebody has not said that they are in the area
SessionFull, SessionClosed, SeatsTaken, ResultKnown, NotATrainer
TrainingNotOfSite, UnitHasNoRoom, QualificationNotHeld
ApprovalIsTheHouses         the owner of a unit would ask for a biosafety approval, or no more
"""

from datetime import datetime
from uuid import UUID

from incubator.kernel.errors import DomainError, refusal
from incubator.spaces.booking_errors import BookingRule


@refusal
class QualificationRule(BookingRule):
    """What the unit asks of who uses it. `limit` is the training with its level."""

    training_id: UUID
    text = {
        "en": "The unit asks for {limit}.",
        "de": "Die Einheit verlangt {limit}.",
        "zh-CN": "该单元要求:{limit}。",
    }


@refusal
class QualificationMissing(QualificationRule):
    """The person does not hold what the unit asks for, of this operator."""

    text = {
        "en": "This unit needs the qualification {limit}, which the person does not hold.",
        "de": "Diese Einheit verlangt die Qualifikation {limit}, die die Person nicht hat.",
        "zh-CN": "该单元要求资质“{limit}”,此人尚未取得。",
    }


@refusal
class QualificationExpired(QualificationRule):
    """The qualification has ended, by date or by disuse, on the day the booking begins; `value` is its last day."""

    text = {
        "en": "This unit needs the qualification {limit}; the person's holds until {value} only.",
        "de": "Diese Einheit verlangt die Qualifikation {limit}; die der Person gilt nur bis {value}.",
        "zh-CN": "该单元要求资质“{limit}”;此人的资质仅有效至 {value}。",
    }


@refusal
class QualificationTooLow(QualificationRule):
    """The person holds a lower level than the unit asks for; `value` is that level."""

    text = {
        "en": "This unit needs the qualification {limit}; the person holds the level {value}.",
        "de": "Diese Einheit verlangt die Qualifikation {limit}; die Person hat die Stufe {value}.",
        "zh-CN": "该单元要求资质“{limit}”;此人的级别为“{value}”。",
    }


@refusal
class QualificationSuspended(QualificationRule):
    """The person's qualification is suspended."""

    may_override: bool = False
    text = {
        "en": "This unit needs the qualification {limit}; the person's is suspended.",
        "de": "Diese Einheit verlangt die Qualifikation {limit}; die der Person ist ausgesetzt.",
        "zh-CN": "该单元要求资质“{limit}”;此人的资质已被暂停。",
    }


@refusal
class SecondPersonNeeded(QualificationRule):
    """The person may not use the unit alone, and the booking names nobody else."""

    text = {
        "en": "This unit is used by two: name a second person who holds {limit}.",
        "de": "Diese Einheit wird zu zweit genutzt: Bitte eine zweite Person mit {limit} angeben.",
        "zh-CN": "该单元须两人使用:请指定另一位持有“{limit}”的人员。",
    }


@refusal
class SecondPersonNotQualified(QualificationRule):
    """The second person does not hold what is needed on that day; `value` is their name."""

    text = {
        "en": "{value} cannot be the second person: that takes {limit} on that day.",
        "de": "{value} kann nicht die zweite Person sein: Dafür ist an diesem Tag {limit} nötig.",
        "zh-CN": "{value} 不能作为第二人:当日须持有“{limit}”。",
    }


@refusal
class NotInArea(DomainError):
    """Who uses the unit has not said that they are in its area."""

    room_id: UUID
    area: str
    text = {
        "en": "Say first that you are in {area}: scan the code at its door.",
        "de": "Bitte zuerst in {area} anmelden: den Code an der Tür scannen.",
        "zh-CN": "请先在 {area} 登记到场:扫描门口的二维码。",
    }


@refusal
class SecondPersonAbsent(DomainError):
    """The second person is not in the unit's area."""

    room_id: UUID
    area: str
    name: str
    text = {
        "en": "This unit is used by two, and {name} is not in {area} yet.",
        "de": "Diese Einheit wird zu zweit genutzt, und {name} ist noch nicht in {area}.",
        "zh-CN": "该单元须两人使用,而 {name} 尚未到达 {area}。",
    }


@refusal
class SessionFull(DomainError):
    """All seats of the session are taken."""

    limit: int
    text = {
        "en": "All {limit} seats of this session are taken.",
        "de": "Alle {limit} Plätze dieses Termins sind vergeben.",
        "zh-CN": "该场次的 {limit} 个名额已满。",
    }


@refusal
class SessionClosed(DomainError):
    """What is wanted of the session is not possible in its state, or before or after it has begun."""

    state: str
    starts_at: datetime
    text = {
        "en": "This cannot be done now: the session is {state} and begins or began at {starts_at}.",
        "de": "Das geht jetzt nicht: Der Termin ist {state} und beginnt oder begann um {starts_at}.",
        "zh-CN": "现在无法操作:该场次状态为 {state},开始时间 {starts_at}。",
    }


@refusal
class SeatsTaken(DomainError):
    """More seats are taken than the session shall have."""

    limit: int
    value: int
    text = {
        "en": "{value} seats are taken; the session cannot have only {limit}.",
        "de": "{value} Plätze sind vergeben; der Termin kann nicht nur {limit} haben.",
        "zh-CN": "已有 {value} 个名额被占用,场次名额不能只有 {limit} 个。",
    }


@refusal
class ResultKnown(DomainError):
    """The result of a seat was written down before, and is another one."""

    name: str
    text = {
        "en": "The result of {name} is on file already; staff change the qualification itself.",
        "de": "Das Ergebnis von {name} liegt schon vor; das Personal ändert die Qualifikation selbst.",
        "zh-CN": "{name} 的结果已记录;如需更改,请由工作人员直接修改资质。",
    }


@refusal
class NotATrainer(DomainError):
    """The person may not give the training; `limit` is what a trainer holds."""

    limit: str
    text = {
        "en": "A trainer is appointed, and is staff or holds {limit}.",
        "de": "Wer schult, ist dazu bestellt und gehört zum Personal oder hat {limit}.",
        "zh-CN": "培训师须经任命,且为工作人员或持有“{limit}”。",
    }


@refusal
class TrainingNotOfSite(DomainError):
    """The training is another operator's, or another site's."""

    training_id: UUID
    text = {
        "en": "This training does not count at the site.",
        "de": "Diese Schulung gilt an dem Standort nicht.",
        "zh-CN": "该培训不适用于此站点。",
    }


@refusal
class ApprovalIsTheHouses(DomainError):
    """Which biosafety approval a unit asks for is said by who manages the site's space, never by the unit's owner."""

    training_id: UUID
    text = {
        "en": "Only the house says which biosafety approval a unit asks for: it answers for it to the authority. Ask the site's management.",
        "de": "Welche Biosicherheits-Freigabe eine Einheit verlangt, sagt nur das Haus: Es steht der Behörde dafür ein. Bitte an die Leitung des Standorts wenden.",
        "zh-CN": "单元要求何种生物安全批准仅由园区决定:园区须就此对主管机关负责。请联系站点管理方。",
    }


@refusal
class UnitHasNoRoom(DomainError):
    """Presence can only be asked for where the unit stands in a room."""

    unit_id: UUID
    text = {
        "en": "Put the unit into a room first: being there is said at the room's door.",
        "de": "Bitte die Einheit zuerst einem Raum zuordnen: Anwesenheit wird an dessen Tür gemeldet.",
        "zh-CN": "请先将该单元归入房间:到场须在房间门口登记。",
    }


@refusal
class QualificationNotHeld(DomainError):
    """The qualification is not in the state that this needs."""

    state: str
    text = {
        "en": "This cannot be done: the qualification is {state}.",
        "de": "Das geht nicht: Die Qualifikation ist {state}.",
        "zh-CN": "无法操作:该资质状态为 {state}。",
    }
