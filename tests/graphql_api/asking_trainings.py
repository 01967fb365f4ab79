"""A valid call of every root field of trainings, qualifications and areas that takes an id."""

from typing import Any

from tests.graphql_api.asking_words import Asking, at, given, window
from tests.support.sides import Side


def training(name: str, **more: Any) -> dict[str, Any]:
    """A training of two levels."""
    return given(name=name, kind="TRAINING", levels=["Basic", "Trainer"], trainerLevel=2, **more)


def meeting(s: Side, hours: int, **more: Any) -> dict[str, Any]:
    """A session given by the manager on a unit of its own."""
    return given(
        startsAt=at(hours),
        endsAt=at(hours + 2),
        seats=4,
        trainerId=s.id("Person: trainer"),
        place="Room 1",
        unitId=s.id("Unit: trained on"),
        **more,
    )


def ended(s: Side, what: str = "Qualification") -> dict[str, Any]:
    """A qualification with a reason."""
    return given(qualificationId=s.id(what), reason="seen", expectedVersion=1)


TRAININGS: dict[str, Asking] = {
    "trainings": Asking("manager", lambda s: {"siteId": s.id("Site")}, {"siteId": ""}),
    "trainingSessions": Asking(
        "manager", lambda s: window(siteId=s.id("Site"), trainingId=s.id("Training")), {"siteId": "", "trainingId": ""}
    ),
    "qualifications": Asking(
        "manager", lambda s: {"siteId": s.id("Site"), "trainingId": s.id("Training")}, {"siteId": "", "trainingId": ""}
    ),
    "areaPresences": Asking("manager", lambda s: {"siteId": s.id("Site"), "roomId": s.id("Room: area")}, {"siteId": "", "roomId": ""}),
    "possibleCompanions": Asking("owner", lambda s: {"unitId": s.id("Unit: trained on"), "search": ""}, {"unitId": ""}),
    "addTraining": Asking("manager", lambda s: training("Laser", siteId=s.id("Site"))),
    "changeTraining": Asking(
        "manager", lambda s: training("Laser II", trainingId=s.id("Training: second"), expectedVersion=1), {"input.trainingId": "Forbidden"}
    ),
    "appointTrainer": Asking(
        "manager",
        lambda s: given(trainingId=s.id("Training"), personId=s.id("Person: trainer")),
        {"input.trainingId": "Forbidden"},
    ),
    "dismissTrainer": Asking(
        "manager",
        lambda s: given(trainingId=s.id("Training: second"), personId=s.id("Person: trainer")),
        {"input.trainingId": "Forbidden"},
    ),
    "scheduleSession": Asking(
        "manager",
        lambda s: meeting(s, 30, trainingId=s.id("Training"), siteId=s.id("Site")),
        {"input.trainingId": "TrainingNotOfSite", "input.unitId": "NotFound"},
    ),
    "changeSession": Asking(
        "manager", lambda s: meeting(s, 40, sessionId=s.id("TrainingSession: changed"), expectedVersion=1), {"input.unitId": "NotFound"}
    ),
    "cancelSession": Asking("manager", lambda s: given(sessionId=s.id("TrainingSession: cancelled"), reason="ill", expectedVersion=1)),
    "takeSeat": Asking("manager", lambda s: given(sessionId=s.id("TrainingSession"), personId=s.id("Person: colleague"))),
    "leaveSeat": Asking("owner", lambda s: given(seatId=s.id("TrainingSeat: left"))),
    "recordResults": Asking(
        "manager",
        lambda s: given(
            sessionId=s.id("TrainingSession: begun"),
            results=[{"seatId": s.id("TrainingSeat"), "attended": True, "passedLevel": 1}],
        ),
    ),
    "requireQualification": Asking(
        "manager",
        lambda s: given(unitId=s.id("Unit: suite"), trainingId=s.id("Training")),
        {"input.unitId": "Forbidden", "input.trainingId": "TrainingNotOfSite"},
    ),
    "dropRequirement": Asking(
        "manager",
        lambda s: given(unitId=s.id("Unit: trained on"), trainingId=s.id("Training: second")),
        {"input.unitId": "Forbidden", "input.trainingId": "NotFound"},
    ),
    "nameCompanion": Asking(
        "owner", lambda s: given(bookingId=s.id("Booking: accompanied"), companionId=s.id("Person: colleague"), expectedVersion=1)
    ),
    "grantQualification": Asking(
        "manager",
        lambda s: given(personId=s.id("Person: colleague"), trainingId=s.id("Training"), level=1, reason="knows it"),
        {"input.trainingId": "Forbidden"},
    ),
    "suspendQualification": Asking("manager", lambda s: ended(s)),
    "revokeQualification": Asking("manager", lambda s: ended(s, "Qualification: revoked")),
    "renewQualification": Asking("manager", lambda s: ended(s, "Qualification: renewed")),
    "enterArea": Asking("manager", lambda s: given(roomId=s.id("Room"), personId=s.id("Person: colleague")), {"input.roomId": "NotFound"}),
    "leaveArea": Asking("owner", lambda s: given(areaPresenceId=s.id("AreaPresence"))),
}
