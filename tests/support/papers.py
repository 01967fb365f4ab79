"""Thirty documents of our own: every country, kind and tax category, and what is hard to say in net prices."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from incubator.billing.document_facts import CREDIT_NOTE, DEPOSIT_REQUEST, INVOICE, FactsLine, FactsTax, InvoiceFacts
from incubator.billing.policy import TaxedLine, tax_groups
from incubator.billing.terms import TaxCategory

SELLERS = {
    "DE": {
        "name": "Inkubator Berlin GmbH",
        "address": "Ackerstraße 1\n10115 Berlin",
        "city": "Berlin",
        "postal_code": "10115",
        "country": "DE",
        "tax_number": "37/123/45678",
        "vat_id": "DE136695976",
        "register_number": "Amtsgericht Charlottenburg HRB 12345 B",
        "contact_name": "Buchhaltung",
        "email": "billing@berlin.example",
        "phone": "+49 30 1234567",
        "bank_name": "Beispielbank",
        "iban": "DE89370400440532013000",
        "bic": "COBADEFFXXX",
        "endpoint_scheme": "9930",
        "endpoint_id": "DE136695976",
    },
    "DK": {
        "name": "Inkubator København ApS",
        "address": "Vesterbrogade 2",
        "city": "København V",
        "postal_code": "1620",
        "country": "DK",
        "tax_number": "13585628",
        "vat_id": "DK13585628",
        "register_number": "CVR 13585628",
        "email": "billing@kbh.example",
        "iban": "DK5000400440116243",
        "bic": "NDEADKKK",
        "endpoint_scheme": "0184",
        "endpoint_id": "13585628",
    },
    "CH": {
        "name": "Inkubator Zürich AG",
        "address": "Technoparkstrasse 1",
        "city": "Zürich",
        "postal_code": "8005",
        "country": "CH",
        "tax_number": "CHE-107.787.577",
        "vat_id": "CHE-107.787.577",
        "register_number": "CHE-107.787.577",
        "iban": "CH9300762011623852957",
        "bic": "POFICHBE",
    },
    "SG": {
        "name": "Incubator Singapore Pte. Ltd.",
        "address": "1 Fusionopolis Way",
        "city": "Singapore",
        "postal_code": "138632",
        "country": "SG",
        "tax_number": "200704046R",
        "vat_id": "200704046R",
        "register_number": "200704046R",
        "bank_name": "Example Bank",
        "endpoint_scheme": "0195",
        "endpoint_id": "SGUEN200704046R",
    },
    "CN": {
        "name": "孵化器（上海）有限公司",
        "address": "上海市浦东新区张江路1号",
        "city": "上海",
        "postal_code": "201203",
        "country": "CN",
        "tax_number": "91310000775785552L",
        "vat_id": "",
        "bank_name": "示例银行上海分行",
    },
    "US": {
        "name": "Incubator Boston Inc.",
        "address": "1 Kendall Square\nCambridge, MA 02139",
        "city": "Cambridge",
        "country": "US",
        "tax_number": "91-1144442",
        "vat_id": "",
        "phone": "+1 617 555 0100",
    },
}
BUYERS = {
    "DE": {"vat_id": "DE811569869", "city": "München", "postal_code": "80331", "address": "Marienplatz 1\n80331 München"},
    "DK": {"vat_id": "DK88146328", "city": "Aarhus", "postal_code": "8000", "address": "Åboulevarden 3"},
    "CH": {"vat_id": "CHE-116.281.710 MWST", "city": "Basel", "postal_code": "4051", "address": "Marktplatz 4"},
    "SG": {
        "vat_id": "201012345K",
        "city": "Singapore",
        "postal_code": "048583",
        "address": "5 Raffles Place",
        "register_number": "201012345K",
    },
    "CN": {
        "vat_id": "",
        "city": "北京",
        "postal_code": "100084",
        "address": "北京市海淀区中关村大街6号",
        "tax_number": "91110108551385082Q",
    },
    "US": {"vat_id": "", "city": "Austin", "postal_code": "78701", "address": "7 Congress Avenue"},
    "JP": {"vat_id": "", "city": "Tokyo", "postal_code": "100-0005", "address": "8 Marunouchi", "register_number": "7010001008844"},
    "KW": {"vat_id": "", "city": "Kuwait City", "postal_code": "13001", "address": "9 Gulf Road"},
}
_REACHED = {"DE": ("9930", "DE811569869"), "DK": ("0184", "88146328"), "SG": ("0195", "SGUEN201012345K"), "CH": ("9927", "CHE116281710")}
STAMP = datetime(2026, 11, 2, 9, 30, 15, 123_456, tzinfo=UTC)
NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))


@dataclass(frozen=True, slots=True)
class Item:
    """What a line says; the amount is what is to be paid for it, after the discount."""

    description: str
    amount_minor: int
    category: str = "S"
    rate: str = "19"
    unit_price_minor: int | None = None
    quantity: str = "1"
    basis: str = "month"
    discount_minor: int = 0
    includes_tax: bool = False
    supply: str = "workplace"
    days: tuple[date, date] = NOVEMBER
    note: str = ""
    rule_note: str = ""


def _line(ordinal: int, item: Item, net_minor: int) -> FactsLine:
    return FactsLine(
        ordinal=ordinal,
        description=item.description,
        basis=item.basis,
        quantity=Decimal(item.quantity),
        unit_price_minor=item.amount_minor + item.discount_minor if item.unit_price_minor is None else item.unit_price_minor,
        amount_minor=item.amount_minor,
        discount_minor=item.discount_minor,
        net_minor=net_minor,
        price_includes_tax=item.includes_tax,
        supply=item.supply,
        tax_category=item.category,
        tax_rate=Decimal(item.rate),
        tax_note=item.note,
        rule_note=item.rule_note,
        supplied_from=item.days[0],
        supplied_to=item.days[1],
    )


def paper(
    seller: str,
    buyer: str,
    currency: str,
    *items: Item,
    kind: str = INVOICE,
    language: str = "en",
    home: tuple[str, str, int] | None = None,
    wished: str = "pdf",
    **buyers: str,
) -> InvoiceFacts:
    """Make the facts of a finalised document; its taxes are worked out as billing does. `home` is currency, rate and tax."""
    groups = tax_groups([TaxedLine(item.amount_minor, item.includes_tax, TaxCategory[item.category], Decimal(item.rate)) for item in items])
    nets = {index: net for group in groups for index, net in zip(group.lines, group.nets, strict=True)}
    net, tax = sum(group.net_minor for group in groups), sum(group.tax_minor for group in groups)
    scheme, endpoint = _REACHED.get(buyer, ("", ""))
    return InvoiceFacts(
        id=UUID(int=2026),
        kind=kind,
        number=f"{seller}01-2026-00042",
        language=language,
        currency=currency,
        seller=SELLERS[seller],
        buyer={
            "name": "Novum Biotech <& Söhne>",
            "country": buyer,
            "email": "ap@novum.example",
            "endpoint_scheme": scheme,
            "endpoint_id": endpoint,
            "format": wished,
            **BUYERS[buyer],
            **buyers,
        },
        issued_on=date(2026, 11, 2),
        due_on=date(2026, 11, 16),
        period_start=NOVEMBER[0],
        period_end=NOVEMBER[1],
        net_minor=net,
        tax_minor=tax,
        gross_minor=net + tax,
        finalised_at=STAMP,
        reason="The bench was out of order." if kind == CREDIT_NOTE else "",
        corrects_number=f"{seller}01-2026-00031" if kind == CREDIT_NOTE else "",
        corrects_issued_on=date(2026, 10, 2) if kind == CREDIT_NOTE else None,
        home_currency=home[0] if home else "",
        home_rate=Decimal(home[1]) if home else None,
        home_rate_on=date(2026, 10, 30) if home else None,
        home_tax_minor=home[2] if home else None,
        lines=tuple(_line(ordinal, item, nets[ordinal - 1]) for ordinal, item in enumerate(items, start=1)),
        taxes=tuple(
            FactsTax(
                group.category.value if group.category else "",
                group.rate,
                group.net_minor,
                group.tax_minor,
                next((items[i].note for i in group.lines if items[i].note), ""),
            )
            for group in groups
        ),
    )


DESK = Item("Coworking desk", 19_777, unit_price_minor=34_900, days=(date(2026, 11, 14), date(2026, 11, 30)), rule_note="17/30 × 349.00")
LAB = Item("Dedicated lab", 379_990, rate="25", unit_price_minor=189_995, quantity="2")
ROOM = Item("Office 12", 120_000, "E", "0", supply="room", note="§ 4 Nr. 12 Buchst. a UStG")
DANISH_ROOM = Item("Kontor 4", 900_000, "E", "0", supply="room", note="momsloven § 13, stk. 1, nr. 8")
ABROAD = Item("Engineering", 1_562_470, "AE", "0", unit_price_minor=781_235, quantity="2", supply="service", note="§ 3a Abs. 2, § 13b UStG")
MINUTES = Item("Microscope", 6_857, unit_price_minor=4_500, quantity="91.4280", basis="minute", supply="instrument", rule_note="91.428 min")
INCLUSIVE = Item("Event ticket", 9_999, unit_price_minor=3_333, quantity="3", basis="once", includes_tax=True, supply="service")
OUTSIDE = Item("Consulting", 500_000, "O", "0", basis="once", supply="service", note="§ 3a Abs. 2 UStG: nicht steuerbar")
EXPORT = Item("Prototype parts", 80_000, "G", "0", basis="once", supply="service", note="§ 4 Nr. 1 Buchst. a UStG")
SUPPLIED = Item("Reagents", 4_990, "K", "0", basis="once", supply="service", note="§ 4 Nr. 1 Buchst. b UStG")
REBATED = Item("Team room", 90_000, unit_price_minor=50_000, quantity="2", discount_minor=10_000, rule_note="10 %")
PAID = Item(
    "Mass spectrometer",
    0,
    unit_price_minor=4_500,
    quantity="91.4280",
    basis="minute",
    discount_minor=6_857,
    rule_note="91.428 min; −68.57 Sorry",
)
SG_DESK = Item("Office", 123_450, rate="9")
SG_STUDY = Item("Remote study", 120_000, "Z", "0", basis="once", supply="service", note="GST Act s 21(3)")
CN_SERVICE = Item("孵化服务", 500_000, rate="6", basis="once", includes_tax=True, supply="service")
CN_ROOM = Item("实验室租金", 1_200_000, rate="9", includes_tax=True, supply="room")
MENTORING = Item("Mentoring", 300_000, "O", "0", basis="once", supply="service", note="no federal value added tax")
DEPOSIT = Item("Deposit, bench 4", 70_000, "O", "0", basis="once", supply="deposit", note="security deposit, no supply")
CREDITED = Item("Coworking desk", 10_000, unit_price_minor=34_900, rule_note="credit")

PAPERS: dict[str, InvoiceFacts] = {
    "DE S, part of a month": paper("DE", "DE", "EUR", DESK, language="de"),
    "DE E, letting": paper("DE", "DE", "EUR", ROOM, language="de"),
    "DE S and E": paper("DE", "DE", "EUR", DESK, ROOM, language="en"),
    "DE AE to Denmark": paper("DE", "DK", "EUR", ABROAD),
    "DE S and AE": paper("DE", "DK", "EUR", DESK, ABROAD, language="de"),
    "DE K": paper("DE", "DK", "EUR", SUPPLIED),
    "DE G": paper("DE", "US", "EUR", EXPORT),
    "DE O": paper("DE", "US", "EUR", OUTSIDE),
    "DE minutes by the hour": paper("DE", "DE", "EUR", MINUTES, language="de"),
    "DE prices with tax in them": paper("DE", "DE", "EUR", INCLUSIVE, language="de"),
    "DE both kinds of prices": paper("DE", "DE", "EUR", INCLUSIVE, DESK, MINUTES, REBATED, language="de"),
    "DE discounts": paper("DE", "DE", "EUR", REBATED, Item("Locker", 1_700, discount_minor=300, includes_tax=True)),
    "DE paid by a credit, one line wholly": paper("DE", "DE", "EUR", PAID, Item("Locker", 600, discount_minor=1_100, includes_tax=True)),
    "DE in JPY": paper("DE", "JP", "JPY", Item("Bench", 60_001), home=("EUR", "0.00612345", 6_981)),
    "DE in KWD": paper("DE", "KW", "KWD", Item("Bench", 1_234_567), home=("EUR", "2.80112233", 65_705)),
    "DE XRechnung": paper("DE", "DE", "EUR", DESK, MINUTES, language="de", wished="xrechnung", reference="04011000-12345-34"),
    "DE Peppol": paper("DE", "DE", "EUR", DESK, ROOM, wished="peppol", reference="PO 7"),
    "DE credit note": paper("DE", "DE", "EUR", CREDITED, kind=CREDIT_NOTE, language="de"),
    "DE XRechnung credit note": paper(
        "DE", "DE", "EUR", CREDITED, REBATED, kind=CREDIT_NOTE, language="de", wished="xrechnung", reference="04011000-12345-34"
    ),
    "DE deposit request": paper("DE", "DE", "EUR", DEPOSIT, kind=DEPOSIT_REQUEST, language="de"),
    "DK S": paper("DK", "DK", "DKK", LAB),
    "DK E and S, in EUR": paper("DK", "DK", "EUR", DANISH_ROOM, LAB, home=("DKK", "7.46012345", 708_697), wished="peppol", reference="R1"),
    "DK AE credit note": paper("DK", "DE", "DKK", ABROAD, kind=CREDIT_NOTE, language="de", wished="peppol", reference="R2"),
    "CH S": paper("CH", "CH", "CHF", Item("Arbeitsplatz", 100_000, rate="8.1"), language="de"),
    "CH O to Germany": paper("CH", "DE", "CHF", Item("Engineering", 1_250_000, "O", "0", note="Art. 8 Abs. 1 MWSTG: Empfängerort")),
    "CH S in EUR": paper("CH", "CH", "EUR", Item("Arbeitsplatz", 100_000, rate="8.1"), language="de", home=("CHF", "0.93421", 7_567)),
    "SG S": paper("SG", "SG", "SGD", SG_DESK),
    "SG Z in JPY": paper("SG", "JP", "JPY", SG_STUDY, home=("SGD", "0.00861234", 0)),
    "SG S in EUR, credit note": paper(
        "SG", "SG", "EUR", Item("Office", 100_000, rate="9"), kind=CREDIT_NOTE, home=("SGD", "1.51234567", 13_611), wished="peppol"
    ),
    "CN statement": paper("CN", "CN", "CNY", CN_SERVICE, CN_ROOM, language="zh-CN"),
    "CN credit note": paper("CN", "CN", "CNY", CN_SERVICE, kind=CREDIT_NOTE, language="zh-CN"),
    "US O": paper("US", "US", "USD", MENTORING),
    "US deposit request": paper("US", "US", "USD", DEPOSIT, kind=DEPOSIT_REQUEST),
}
