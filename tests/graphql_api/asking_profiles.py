"""A valid call of every root field of taxes and profiles."""

from tests.graphql_api.asking_words import Asking, day, given

PROFILES: dict[str, Asking] = {
    "updateSellerProfile": Asking(
        "finance", lambda s: given(legalEntityId=s.id("LegalEntity"), expectedVersion=0), {"input.legalEntityId": "Forbidden"}
    ),
    "closeBooks": Asking(
        "finance",
        lambda s: given(legalEntityId=s.id("LegalEntity: other"), lockedUntil=day(-400), expectedVersion=0),
        {"input.legalEntityId": "Forbidden"},
    ),
    "registerForTax": Asking(
        "finance",
        lambda s: given(
            legalEntityId=s.id("LegalEntity: third"), vatId="DE136695976", taxesLetting=True, validFrom=day(-9), expectedVersion=0
        ),
        {"input.legalEntityId": "Forbidden"},
    ),
    "endTaxRegistration": Asking(
        "finance",
        lambda s: given(legalEntityId=s.id("LegalEntity: registered"), validFrom="2026-01-01", validTo="2026-01-31", expectedVersion=1),
        {"input.legalEntityId": "Forbidden"},
    ),
    "billingDetails": Asking("owner", lambda s: {"organizationId": s.id("Organization: startup")}, {"organizationId": "NotFound"}),
    "setBillingAddress": Asking(
        "owner",
        lambda s: given(
            organizationId=s.id("Organization: startup"), name="Cellwerk GmbH", address="Street 2", city="Hamburg", expectedVersion=1
        ),
        {"input.organizationId": "NotFound"},
    ),
    "setVatId": Asking(
        "corporate admin",
        lambda s: given(organizationId=s.id("Organization: corporate"), vatId="DE136695976", expectedVersion=1),
        {"input.organizationId": "NotFound"},
    ),
    "checkVatId": Asking("owner", lambda s: given(organizationId=s.id("Organization: startup")), {"input.organizationId": "NotFound"}),
    "updateBillingDetails": Asking(
        "owner",
        lambda s: given(organizationId=s.id("Organization: startup"), expectedVersion=0, reference="Order 7"),
        {"input.organizationId": "NotFound"},
    ),
    "recordTaxStatus": Asking(
        "finance",
        lambda s: given(
            organizationId=s.id("Organization: startup"), kind="TAXABLE_OUTPUTS", country="DE", proof="Letter of today", validFrom=day()
        ),
        {"input.organizationId": "NotFound"},
    ),
    "endTaxStatus": Asking("finance", lambda s: given(taxStatusId=s.id("TaxStatus"), validTo=day(9))),
}
PROFILES_OF_NO_ID: dict[str, Asking] = {
    "enterExchangeRate": Asking("finance", lambda s: given(currency="VND", day=day(), perEuro="30125.5", source="State Bank of Vietnam")),
}
