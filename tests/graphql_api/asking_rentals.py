"""A valid call of every mutation of rentals: who asks it on a side, and with what."""

from tests.graphql_api.asking_words import KEY, Asking, at, day, given

RENTALS: dict[str, Asking] = {
    "holdUnit": Asking(
        "manager",
        lambda s: given(
            unitId=s.id("Unit: pooled"),
            poolId=s.id("Pool: benches"),
            organizationId=s.id("Organization: startup"),
            startsOn=day(),
            endsOn=day(364),
            expiresAt=at(0),
            idempotencyKey=f"{KEY}-hold",
        ),
        {"input.unitId": "NotFound", "input.poolId": "NotFound", "input.organizationId": ""},
    ),
    "releaseHold": Asking("owner", lambda s: given(rentalHoldId=s.id("RentalHold: second"), expectedVersion=1)),
    "assignRental": Asking(
        "manager",
        lambda s: given(
            rentalHoldId=s.id("RentalHold"),
            unitId=s.id("Unit: kept"),
            organizationId=s.id("Organization: startup"),
            depositMinor=100,
            idempotencyKey=f"{KEY}-assign",
        ),
        {"input.unitId": "NotFound", "input.organizationId": "NotFound"},
    ),
    "changeRentalUnit": Asking(
        "manager",
        lambda s: given(
            rentalId=s.id("Rental: third"),
            unitId=s.id("Unit: free bench"),
            startsOn=day(30),
            expectedVersion=1,
            idempotencyKey=f"{KEY}-change",
        ),
        {"input.unitId": "OutOfRange"},
    ),
    "extendRental": Asking("manager", lambda s: given(rentalId=s.id("Rental: let"), endsOn=day(400), expectedVersion=1)),
    "giveNotice": Asking("owner", lambda s: given(rentalId=s.id("Rental: second"), endsOn=day(95), expectedVersion=1)),
    "settleDeposit": Asking(
        "manager", lambda s: given(rentalId=s.id("Rental: second"), keptMinor=0, idempotencyKey=f"{KEY}-settle", reason="")
    ),
    "recordDepositReturn": Asking("finance", lambda s: given(invoiceId=s.id("Invoice: deposit"), reference="out-1")),
    "startChecklist": Asking("manager", lambda s: given(rentalId=s.id("Rental: let"), purpose="RETURN")),
    "fillChecklist": Asking(
        "manager", lambda s: given(checklistId=s.id("Checklist"), items=[{"position": 0, "state": "OK"}], expectedVersion=1)
    ),
    "signChecklist": Asking("manager", lambda s: given(checklistId=s.id("Checklist: signed by staff"), absenceReason="did not come")),
    "setChecklistTemplate": Asking(
        "manager", lambda s: given(siteId=s.id("Site"), kind="BENCH", purpose="RETURN", items=[{"texts": [{"text": "Lamp"}]}])
    ),
    "addBadge": Asking("manager", lambda s: given(siteId=s.id("Site"), kind="KEY", number=f"{KEY}-key")),
    "issueBadge": Asking(
        "manager",
        lambda s: given(
            badgeId=s.id("Badge"),
            personId=s.id("Person"),
            organizationId=s.id("Organization: startup"),
            rentalId=s.id("Rental: let"),
        ),
        {"input.organizationId": "NotFound"},
    ),
    "returnBadge": Asking("manager", lambda s: given(badgeId=s.id("Badge: out"))),
    "loseBadge": Asking("manager", lambda s: given(badgeId=s.id("Badge: to lose"), feeMinor=100)),
}
