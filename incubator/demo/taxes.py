"""The demo world's companies as the tax office and the bank know them: made-up numbers with right check digits."""

from datetime import date

from stdnum.ch import uid
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_10, mod_97_10

from incubator import db
from incubator.billing import service as billing
from incubator.kernel.actor import SYSTEM

SINCE = date(2020, 1, 1)
STREETS = {"DE": "Am Kaiserkai 1", "CH": "Seestrasse 10", "SG": "8 Biopolis Way", "CN": "张江路 1 号"}
CITIES = {"DE": ("20457", "Hamburg"), "CH": ("8002", "Zürich"), "SG": ("138667", "Singapore"), "CN": ("201203", "上海")}
PHONES = {"DE": "+49 40 5550", "CH": "+41 44 5550", "SG": "+65 6555 0", "CN": "+86 21 5550"}


def vat_id(country: str, number: int) -> str:
    """Make the VAT id of a made-up company."""
    if country == "DE":
        digits = f"{81_000_000 + number}"
        return f"DE{digits}{mod_11_10.calc_check_digit(digits)}"
    if country == "CH":
        free = next(n for n in range(10_000_000 + number * 10, 10_000_100 + number * 10) if uid.calc_check_digit(str(n)) != "10")
        return f"CHE{free}{uid.calc_check_digit(str(free))}MWST"
    if country == "SG":
        return f"M9{3_000_000 + number}X"
    stem = f"91310000{300_000_000 + number}"
    return stem + str(uscc.calc_check_digit(stem))


def iban(country: str, number: int) -> str:
    """Make the account of a made-up company; where there are no IBANs, the bank's own number."""
    bank = {"DE": "20050550", "CH": "00700"}.get(country)
    if bank is None:
        return f"{310_066_000_000 + number}"
    account = bank + f"{number:010d}" if country == "DE" else bank + f"{number:012d}"
    return f"{country}{mod_97_10.calc_check_digits(account + country)}{account}"


async def register_companies() -> None:
    """Register every company for tax, and write down how it bills."""
    for number, company in enumerate(await db.rows("SELECT id, name, country FROM legal_entity ORDER BY name"), start=11):
        country, own = company["country"], vat_id(company["country"], number)
        await billing.register_for_tax(SYSTEM, company["id"], own, SINCE, taxes_letting=False)
        endpoint = {"DE": ("9930", own), "CH": ("9927", own)}.get(country, ("", ""))
        terms = billing.SellerTerms(
            address=STREETS.get(country, "Harbour Street 1"),
            tax_number="22/815/08154" if country == "DE" else own if country == "CN" else "",
            city=CITIES.get(country, ("", ""))[1],
            postal_code=CITIES.get(country, ("", ""))[0],
            contact_name="Accounts",
            email="accounts@incubator.example",
            phone=PHONES.get(country, ""),
            bank_name="Demo Bank",
            iban=iban(country, number),
            endpoint_scheme=endpoint[0],
            endpoint_id=endpoint[1],
        )
        await billing.update_seller_profile(SYSTEM, company["id"], terms, 1)
