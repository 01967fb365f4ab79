"""A valid call of every field of plans, contracts, charges and price indexes that takes an id, and of their mutations."""

from tests.graphql_api.asking_words import KEY, Asking, day, given

CONTRACTS: dict[str, Asking] = {
    "contracts": Asking("manager", lambda s: {"customerId": s.id("Organization: startup"), "siteId": s.id("Site")}),
    "charges": Asking("manager", lambda s: {"customerId": s.id("Organization: startup"), "contractId": s.id("Contract")}),
    "contractChangePreview": Asking(
        "manager",
        lambda s: {
            "change": {
                "contractId": s.id("Contract"),
                "kind": "NEW_PRICE",
                "termId": s.id("ContractTerm"),
                "firstOn": day(40),
                "unitPriceMinor": 500,
            }
        },
    ),
    "retirePlan": Asking("manager", lambda s: given(planId=s.id("Plan: to retire"), expectedVersion=1)),
    "changePrice": Asking(
        "manager",
        lambda s: given(contractId=s.id("Contract"), termId=s.id("ContractTerm"), startsOn=day(40), unitPriceMinor=500, expectedVersion=1),
    ),
    "pauseContract": Asking(
        "finance",
        lambda s: given(contractId=s.id("Contract: to pause"), firstOn=day(40), lastOn=day(50), reason="Renovation", expectedVersion=1),
    ),
    "resumeContract": Asking(
        "manager",
        lambda s: given(contractId=s.id("Contract: paused"), pauseId=s.id("ContractPause"), lastOn=day(45), expectedVersion=2),
    ),
    "stopContract": Asking("manager", lambda s: given(contractId=s.id("Contract: to end"), endsOn=day(60), expectedVersion=1)),
    "setMinimum": Asking("manager", lambda s: given(contractId=s.id("Contract: with a minimum"), minimumMinor=900, expectedVersion=1)),
    "addCharge": Asking(
        "finance",
        lambda s: given(
            customerId=s.id("Organization: startup"),
            legalEntityId=s.id("LegalEntity"),
            siteId=s.id("Site"),
            currency="EUR",
            description="Keys cut anew",
            unitPriceMinor=500,
            priceIncludesTax=False,
            suppliedFrom=day(),
            suppliedTo=day(),
            idempotencyKey=f"{KEY}-charge",
        ),
        {"input.customerId": "", "input.siteId": "NotFound", "input.legalEntityId": "NotFound"},
    ),
    "customerCredits": Asking(
        "manager", lambda s: {"customerId": s.id("Organization: startup"), "legalEntityId": s.id("LegalEntity"), "currency": "EUR"}
    ),
    "giveCustomerCredit": Asking(
        "finance",
        lambda s: given(
            customerId=s.id("Organization: startup"),
            legalEntityId=s.id("LegalEntity"),
            currency="EUR",
            amountMinor=200_000,
            reason="EUR 2,000 for instruments",
            usableFrom=day(),
            usableUntil=day(300),
            supply="INSTRUMENT",
            idempotencyKey=f"{KEY}-give",
        ),
        {"input.customerId": "", "input.legalEntityId": "NotFound"},
    ),
    "withdrawCustomerCredit": Asking(
        "finance",
        lambda s: given(creditId=s.id("CustomerCredit"), reason="The programme ended", expectedVersion=1, idempotencyKey=f"{KEY}-withdraw"),
    ),
    "waiveCharge": Asking("finance", lambda s: given(chargeId=s.id("Charge"), reason="A gift", idempotencyKey=f"{KEY}-waive")),
}
CONTRACTS_OF_NO_ID: dict[str, Asking] = {
    "createPlan": Asking(
        "manager",
        lambda s: given(
            name="Booster 2",
            currency="EUR",
            priceIncludesTax=False,
            phases=[{"amountMinor": 0, "period": "YEAR", "months": 12}, {"amountMinor": 30_000, "period": "YEAR"}],
            idempotencyKey=f"{KEY}-plan",
        ),
    ),
    "recordIndexValue": Asking("finance", lambda s: given(key="VPI", month=day(), value="121.5", source="Destatis, table 61111")),
}
