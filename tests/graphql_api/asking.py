"""A valid call of every root field that takes an id, and of every mutation: who asks it on a side, and with what."""

from base64 import b64encode
from typing import Any

from incubator.residencies.policy import terms_hash
from tests.graphql_api.asking_billing import BILLING
from tests.graphql_api.asking_contracts import CONTRACTS, CONTRACTS_OF_NO_ID
from tests.graphql_api.asking_money import MONEY
from tests.graphql_api.asking_profiles import PROFILES, PROFILES_OF_NO_ID
from tests.graphql_api.asking_rentals import RENTALS
from tests.graphql_api.asking_trainings import TRAININGS
from tests.graphql_api.asking_words import KEY, Asking, at, day, given, window
from tests.support import make
from tests.support.sides import TERMS, Side, content_of


def plan_with(unit_id: str) -> str:
    """A floor plan of one unit."""
    return f'<svg xmlns="http://www.w3.org/2000/svg"><rect id="{unit_id}" width="1" height="1"/></svg>'


def series(s: Side, days: int) -> dict[str, Any]:
    """Two days in a row."""
    return given(
        unitId=s.id("Unit"),
        startsAt=at(24 * days + 2),
        endsAt=at(24 * days + 3),
        title="Series",
        rule="FREQ=DAILY;COUNT=2",
        idempotencyKey=f"{KEY}-series",
        organizationId=s.id("Organization: startup"),
        accessoryIds=[s.id("Unit: accessory")],
        companionId=s.id("Person: colleague"),
    )


ASKING: dict[str, Asking] = {
    **PROFILES,
    **TRAININGS,
    **MONEY,
    **CONTRACTS,
    **BILLING,
    "node": Asking("owner", lambda s: {"id": s.id("Residency")}),
    "nodes": Asking("owner", lambda s: {"ids": [s.id("Residency")]}),
    "auditTrail": Asking("manager", lambda s: {"nodeId": s.id("Residency")}),
    "timeLogs": Asking("manager", lambda s: {"from": day(-5), "until": day(5), "secondmentId": s.id("Secondment")}),
    "plans": Asking("manager", lambda s: {"siteId": s.id("Site")}),
    "portfolio": Asking("manager", lambda s: {"month": day(), "siteId": s.id("Site")}),
    "calls": Asking("manager", lambda s: {"siteId": s.id("Site")}, {"siteId": ""}),
    "applications": Asking("manager", lambda s: {"siteId": s.id("Site")}),
    "residencies": Asking("manager", lambda s: {"siteId": s.id("Site")}),
    "rentals": Asking(
        "manager",
        lambda s: {"siteId": s.id("Site"), "unitId": s.id("Unit: let"), "organizationId": s.id("Organization: startup")},
        {"unitId": "", "organizationId": ""},
    ),
    "rentalHolds": Asking("manager", lambda s: {"siteId": s.id("Site")}),
    "quoteRental": Asking(
        "manager",
        lambda s: {
            "startsOn": day(),
            "endsOn": day(364),
            "unitId": s.id("Unit: pooled"),
            "poolId": s.id("Pool: benches"),
            "organizationId": s.id("Organization: startup"),
            "rentalId": s.id("Rental: let"),
        },
        {"unitId": "NotFound", "poolId": "NotFound", "organizationId": "NotFound"},
    ),
    "noticePreview": Asking("owner", lambda s: {"rentalId": s.id("Rental: let")}),
    "checklistTemplate": Asking("manager", lambda s: {"siteId": s.id("Site"), "kind": "BENCH", "purpose": "RETURN"}),
    "badges": Asking("manager", lambda s: {"siteId": s.id("Site")}),
    "badgeHolders": Asking("manager", lambda s: {"siteId": s.id("Site")}),
    "units": Asking(
        "manager",
        lambda s: {"siteId": s.id("Site"), "ownerId": s.id("Organization: startup")},
        {"siteId": "", "ownerId": ""},
    ),
    "bookings": Asking("manager", lambda s: window(siteId=s.id("Site"), unitId=s.id("Unit"))),
    "bookingQuote": Asking(
        "manager",
        lambda s: {
            "unitId": s.id("Unit"),
            "startsAt": at(0),
            "endsAt": at(1),
            "organizationId": s.id("Organization: startup"),
            "accessoryIds": [s.id("Unit: accessory")],
            "companionId": s.id("Person: colleague"),
        },
        {"unitId": "Forbidden", "organizationId": "NotFound", "accessoryIds": "NotFound"},
    ),
    "poolQuote": Asking(
        "manager",
        lambda s: {
            "poolId": s.id("Pool"),
            "startsAt": at(0),
            "endsAt": at(1),
            "organizationId": s.id("Organization: startup"),
            "companionId": s.id("Person: colleague"),
        },
        {"poolId": "", "organizationId": "NotFound"},
    ),
    "bookingFees": Asking("owner", lambda s: {"bookingId": s.id("Booking")}),
    "freeSlots": Asking("owner", lambda s: {"siteIds": [s.id("Site")], "minutes": 60, "from": at(0), "until": at(24)}, {"siteIds": ""}),
    "siteDay": Asking("owner", lambda s: {"siteId": s.id("Site"), "on": day(2)}, {"siteId": ""}),
    "floors": Asking("owner", lambda s: {"siteId": s.id("Site")}, {"siteId": ""}),
    "rates": Asking("owner", lambda s: {"siteId": s.id("Site"), "unitId": s.id("Unit")}, {"siteId": "", "unitId": ""}),
    "usages": Asking("manager", lambda s: {"siteId": s.id("Site")}),
    "utilization": Asking("manager", lambda s: {"siteId": s.id("Site"), "from": day(-5), "until": day(5)}),
    "ownerStatements": Asking("owner", lambda s: {"ownerId": s.id("Organization: startup")}, {"ownerId": ""}),
    "ownedUnitUses": Asking(
        "manager",
        lambda s: {"from": day(-5), "until": day(5), "ownerId": s.id("Organization: startup"), "siteId": s.id("Site")},
        {"ownerId": "", "siteId": ""},
    ),
    "buildings": Asking("owner", lambda s: {"siteId": s.id("Site")}, {"siteId": ""}),
    "pools": Asking("owner", lambda s: {"siteId": s.id("Site")}, {"siteId": ""}),
    "planCredits": Asking("manager", lambda s: {"siteId": s.id("Site")}),
    "allowances": Asking(
        "owner",
        lambda s: {"organizationId": s.id("Organization: startup"), "siteId": s.id("Site")},
        {"organizationId": "", "siteId": ""},
    ),
    "machineHours": Asking("manager", lambda s: {"siteId": s.id("Site"), "from": day(-5), "until": day(5)}),
    "waitingList": Asking("manager", lambda s: {"siteId": s.id("Site")}),
    "seriesPreview": Asking("owner", lambda s: series(s, 0), {"input.unitId": "NotFound", "input.accessoryIds": "NotFound"}),
    "unparkWork": Asking("manager", lambda s: given(workItemId=s.id("WorkItem"))),
    "applyImport": Asking("manager", lambda s: given(importBatchId=s.id("ImportBatch"))),
    "markNotificationsRead": Asking("manager", lambda s: given(ids=[s.id("Notification")])),
    "openDeal": Asking(
        "manager",
        lambda s: given(
            title="Targets", startupId=s.id("Organization: startup"), corporateId=s.id("Organization: corporate"), siteId=s.id("Site")
        ),
        {"input.startupId": "", "input.corporateId": ""},
    ),
    "moveDeal": Asking("manager", lambda s: given(dealId=s.id("Deal"), toStage="NDA", expectedVersion=1, reason="")),
    "createSecondment": Asking(
        "manager",
        lambda s: given(
            secondeeEmail="new@corporate.example",
            secondeeName="New",
            employerId=s.id("Organization: corporate"),
            hostId=s.id("Organization: startup"),
            siteId=s.id("Site"),
            function="regulatory affairs",
            hoursPerWeek=8,
            startsOn=day(),
            endsOn=day(9),
            costModel="SHARED",
            goals="",
        ),
        {"input.employerId": "", "input.hostId": ""},
    ),
    "logTime": Asking(
        "mentor",
        lambda s: given(secondmentId=s.id("Secondment"), workedOn=day(), minutes=5, category="work", note="", clientKey=f"{KEY}-time"),
    ),
    "removeTimeLog": Asking("mentor", lambda s: given(timeLogId=s.id("TimeLog"), expectedVersion=1)),
    "payInvoice": Asking("owner", lambda s: given(invoiceId=s.id("Invoice"), idempotencyKey=f"{KEY}-pay")),
    "openCall": Asking(
        "manager",
        lambda s: given(title="Call", summary="Come.", programme="Booster", siteIds=[s.id("Site")], opensOn=day(), closesOn=day(9)),
    ),
    "submitApplication": Asking(
        "owner",
        lambda s: given(
            callId=s.id("Call"),
            siteId=s.id("Site"),
            startupName="Cellwerk",
            country="DE",
            city="Hamburg",
            sector="cell therapy",
            headcount=4,
            pitch="We grow cells faster than anybody else.",
            wishes="",
            contactName="Ada",
            contactEmail="ada@cellwerk.example",
            language="EN",
            idempotencyKey=f"{KEY}-apply",
        ),
        {"input.callId": "SiteNotOfCall"},
    ),
    "declineApplication": Asking("manager", lambda s: given(applicationId=s.id("Application: second"), expectedVersion=1)),
    "makeOffer": Asking(
        "manager",
        lambda s: given(
            applicationId=s.id("Application"),
            planId=s.id("Plan"),
            unitId=s.id("Unit: bench"),
            startsOn=day(1),
            endsOn=day(365),
            depositMinor=100,
            terms=TERMS,
            expiresOn=day(14),
            idempotencyKey=f"{KEY}-offer",
        ),
        {"input.unitId": "UnitNotAtSite"},
    ),
    "withdrawOffer": Asking("manager", lambda s: given(offerId=s.id("Offer: second"), expectedVersion=1)),
    "acceptOffer": Asking("owner", lambda s: given(offerId=s.id("Offer"), termsHash=terms_hash(TERMS))),
    "addUnit": Asking(
        "manager",
        lambda s: given(siteId=s.id("Site"), roomId=s.id("Room"), poolId=s.id("Pool"), name="Room", kind="MEETING_ROOM", hourlyMinor=100),
        {"input.roomId": "OnAnotherSite", "input.poolId": "OnAnotherSite"},
    ),
    "createBooking": Asking(
        "owner",
        lambda s: given(
            unitId=s.id("Unit"),
            startsAt=at(0),
            endsAt=at(1),
            title="Board",
            idempotencyKey=f"{KEY}-book",
            organizationId=s.id("Organization: startup"),
            accessoryIds=[s.id("Unit: accessory")],
            companionId=s.id("Person: colleague"),
        ),
        {"input.unitId": "NotFound", "input.accessoryIds": "NotFound"},
    ),
    "createPoolBooking": Asking(
        "owner",
        lambda s: given(
            poolId=s.id("Pool"),
            startsAt=at(0),
            endsAt=at(1),
            title="Any",
            organizationId=s.id("Organization: startup"),
            companionId=s.id("Person: colleague"),
            idempotencyKey=f"{KEY}-pool",
        ),
        {"input.poolId": "NotAtSite"},
    ),
    "createSeries": Asking("owner", lambda s: series(s, 4), {"input.unitId": "NotFound", "input.accessoryIds": "NotFound"}),
    "moveBooking": Asking(
        "owner",
        lambda s: given(
            bookingId=s.id("Booking: moved"),
            expectedVersion=1,
            startsAt=at(8),
            endsAt=at(9),
            unitId=s.id("Unit"),
            idempotencyKey=f"{KEY}-move",
        ),
        {"input.unitId": "NotAtSite"},
    ),
    "handOverBooking": Asking(
        "owner", lambda s: given(bookingId=s.id("Booking: handed over"), personId=s.id("Person: colleague"), expectedVersion=1)
    ),
    "decideBooking": Asking("manager", lambda s: given(bookingId=s.id("Booking: pending"), isApproved=True, expectedVersion=1, reason="")),
    "leaveNote": Asking("owner", lambda s: given(bookingId=s.id("Booking: in use"), note="Lamp is warm.")),
    "addBuilding": Asking("manager", lambda s: given(siteId=s.id("Site"), name="New house", address="")),
    "addFloor": Asking("manager", lambda s: given(buildingId=s.id("Building"), name="First", level=1), {"input.buildingId": "Forbidden"}),
    "addRoom": Asking("manager", lambda s: given(floorId=s.id("Floor"), name="Room 2"), {"input.floorId": "Forbidden"}),
    "addPool": Asking("manager", lambda s: given(siteId=s.id("Site"), name="Any bench")),
    "setFloorPlan": Asking(
        "manager",
        lambda s: given(floorId=s.id("Floor"), planSvg=plan_with(s.id("Unit")), expectedVersion=1),
        {"input.floorId": "Forbidden"},
    ),
    "putUnitInto": Asking(
        "manager",
        lambda s: given(unitId=s.id("Unit: bench"), wholeId=s.id("Unit: suite")),
        {"input.unitId": "Forbidden", "input.wholeId": "Forbidden"},
    ),
    "setUnitOwner": Asking(
        "manager",
        lambda s: given(unitId=s.id("Unit: bench"), ownerId=s.id("Organization: corporate"), sharePercent="10"),
        {"input.unitId": "Forbidden", "input.ownerId": ""},
    ),
    "addUnitPhoto": Asking(
        "manager",
        lambda s: given(unitId=s.id("Unit: suite"), content=b64encode(make.picture()).decode(), caption=""),
        {"input.unitId": "Forbidden"},
    ),
    "removeUnitPhoto": Asking("manager", lambda s: given(photoId=s.id("UnitPhoto")), {"input.photoId": "Forbidden"}),
    "setOwnerShare": Asking(
        "owner",
        lambda s: given(unitId=s.id("Unit: owned"), sharePercent="70", expectedVersion=2),
        {"input.unitId": "Forbidden"},
    ),
    "setBookingPolicy": Asking(
        "manager", lambda s: given(unitId=s.id("Unit: suite"), expectedVersion=1, offPeakHours=""), {"input.unitId": "Forbidden"}
    ),
    "outages": Asking("manager", lambda s: {"siteId": s.id("Site"), "unitId": s.id("Unit: out")}, {"siteId": "", "unitId": ""}),
    "outagePreview": Asking("manager", lambda s: {"unitId": s.id("Unit"), "startsAt": at(0), "endsAt": at(1)}),
    "siteClosingPreview": Asking("manager", lambda s: {"siteId": s.id("Site"), "closesOn": day(1700)}),
    "closeSite": Asking(
        "manager", lambda s: given(siteId=s.id("Site"), closesOn=day(1700), reason="Sooner"), {"input.siteId": "Forbidden"}
    ),
    "reopenSite": Asking("manager", lambda s: given(siteId=s.id("Site")), {"input.siteId": "Forbidden"}),
    "setSubdivision": Asking("manager", lambda s: given(siteId=s.id("Site"), subdivision="HH"), {"input.siteId": "Forbidden"}),
    "announceOutage": Asking(
        "manager", lambda s: given(unitId=s.id("Unit: accessory"), startsAt=at(0), endsAt=at(1), reason="Service", note="")
    ),
    "changeOutage": Asking("manager", lambda s: given(outageId=s.id("Outage"), expectedVersion=1, endsAt=at(30), reason="Longer", note="")),
    "resolveOutage": Asking("manager", lambda s: given(outageId=s.id("Outage: under way"), expectedVersion=1)),
    "cancelOutage": Asking("manager", lambda s: given(outageId=s.id("Outage: second"), expectedVersion=1)),
    "createCalendarFeed": Asking("owner", lambda s: given(subjectId=s.id("Unit"), content="EVENTS"), {"input.subjectId": ""}),
    "revokeCalendarFeed": Asking("owner", lambda s: given(calendarFeedId=s.id("CalendarFeed"))),
    "seriesCancellation": Asking(
        "owner", lambda s: {"bookingId": s.id("Booking: of a series"), "followingOnly": False, "overrideReason": ""}
    ),
    "cancelSeries": Asking("owner", lambda s: given(bookingId=s.id("Booking: of a series"), feeMinor=0)),
    "addRate": Asking(
        "manager",
        lambda s: given(
            siteId=s.id("Site"), unitId=s.id("Unit"), basis="DAY", amountMinor=100, startsOn=day(), audience="EVERYBODY", offPeakHours=""
        ),
        {"input.unitId": "Forbidden"},
    ),
    "endRate": Asking("manager", lambda s: given(rateId=s.id("Rate"), endsOn=day(9), expectedVersion=1), {"input.rateId": "Forbidden"}),
    "removeRate": Asking("manager", lambda s: given(rateId=s.id("Rate: second"), expectedVersion=1), {"input.rateId": "Forbidden"}),
    "grantCredit": Asking("manager", lambda s: given(planId=s.id("Plan"), kind="DESK", minutesPerMonth=60)),
    "checkIn": Asking("owner", lambda s: given(bookingId=s.id("Booking: now"))),
    "checkOut": Asking("owner", lambda s: given(bookingId=s.id("Booking: in use"), note="")),
    "recordMachineEvent": Asking(
        "manager", lambda s: given(unitId=s.id("Unit"), eventId=f"{KEY}-event", kind="START", at=at(-100)), {"input.unitId": "Forbidden"}
    ),
    "resolveUsage": Asking(
        "manager",
        lambda s: given(
            usageId=s.id("Usage: problem"), minutes=5, reason="seen", expectedVersion=1, organizationId=s.id("Organization: startup")
        ),
        {"input.organizationId": ""},
    ),
    "joinWaitingList": Asking(
        "owner",
        lambda s: given(
            unitId=s.id("Unit"),
            startsAt=at(0),
            endsAt=at(1),
            title="Me too",
            organizationId=s.id("Organization: startup"),
            companionId=s.id("Person: colleague"),
        ),
        {"input.unitId": "NotAtSite"},
    ),
    "leaveWaitingList": Asking("owner", lambda s: given(waitingEntryId=s.id("WaitingEntry"))),
    "acceptSlot": Asking("owner", lambda s: given(waitingEntryId=s.id("WaitingEntry: offered"), idempotencyKey=f"{KEY}-slot")),
    **RENTALS,
    "cancelBooking": Asking("owner", lambda s: given(bookingId=s.id("Booking"), expectedVersion=1)),
    "switchOrganization": Asking("manager", lambda s: given(organizationId=s.id("Organization"))),
    "revokeInvitation": Asking("manager", lambda s: given(invitationId=s.id("Invitation"))),
    "revokeApiToken": Asking("manager", lambda s: given(apiTokenId=s.id("ApiToken"))),
    "revokeSession": Asking("manager", lambda s: given(sessionId=s.id("Session"))),
}

OF_NO_ID: dict[str, Asking] = {
    **PROFILES_OF_NO_ID,
    **CONTRACTS_OF_NO_ID,
    "previewImport": Asking("manager", lambda s: given(kind="ORGANIZATIONS", fileName="a.csv", content=content_of("another"))),
    "setNotificationPreference": Asking("owner", lambda s: given(kind="invoice_issued", email=False, inApp=True)),
    "startBillingRun": Asking("manager", lambda s: given(month=day(), idempotencyKey=f"{KEY}-bill")),
    "updatePreferences": Asking("owner", lambda s: given(expectedVersion=1, name="Ada")),
    "invitePerson": Asking("owner", lambda s: given(email="new@people.example", name="New", roles=["MEMBER"])),
    "startTwoFactor": Asking("owner", lambda s: {}),
    "confirmTwoFactor": Asking("owner", lambda s: given(code="000000")),
    "createApiToken": Asking("owner", lambda s: given(name="report", scopes=["read"])),
}

__all__ = ["ASKING", "OF_NO_ID", "Asking", "at", "day"]
