"""The form of VAT ids and tax numbers: digits and check digits, by each country's own rule. Whether an id exists, a register knows."""

import re
from collections.abc import Callable
from types import MappingProxyType

from stdnum.ch import uid as ch_uid
from stdnum.ch import vat as ch_vat
from stdnum.cn import uscc
from stdnum.de import stnr
from stdnum.dk import cvr
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError
from stdnum.gb import vat as gb_vat
from stdnum.jp import cn as jp_cn
from stdnum.sg import uen
from stdnum.us import ein

from incubator.kernel import checks
from incubator.organizations.errors import VatIdMalformed

EU_FORMS = MappingProxyType(
    {
        "AT": "ATU12345678",
        "BE": "BE0123456789",
        "BG": "BG123456789",
        "CY": "CY12345678X",
        "CZ": "CZ12345678",
        "DE": "DE123456789",
        "DK": "DK12345678",
        "EE": "EE123456789",
        "ES": "ESX12345678",
        "FI": "FI12345678",
        "FR": "FR12345678901",
        "GR": "EL123456789",
        "HR": "HR12345678901",
        "HU": "HU12345678",
        "IE": "IE1234567X",
        "IT": "IT12345678901",
        "LT": "LT123456789",
        "LU": "LU12345678",
        "LV": "LV12345678901",
        "MT": "MT12345678",
        "NL": "NL123456789B01",
        "PL": "PL1234567890",
        "PT": "PT123456789",
        "RO": "RO1234567890",
        "SE": "SE123456789001",
        "SI": "SI12345678",
        "SK": "SK1234567890",
    }
)
"""The member states by ISO code, each with how its VAT ids look."""
EU = frozenset(EU_FORMS)
_BLANKS = re.compile(r"[\s.\-/_]+")
_SG_GST = re.compile(r"M[0-9A-Z][0-9]{7}[0-9A-Z]")
_PLAIN = re.compile(r"[0-9A-Z]{4,20}")
Check = Callable[[str], str]


def check_form(country: str, value: str, field: str = "vatId", path: tuple[str, ...] = ()) -> str:
    """Return a VAT id as registers write it, without blanks; empty stays empty.

    `country` is the organisation's, ISO 3166-1; an id of a member state of the EU is taken from anybody, since companies register abroad.
    Where the country has no VAT, it is the number that its invoices show: UEN, EIN, corporate number, unified social credit code. Of other
    countries only letters and digits are asked for.

    Raises:
        VatIdMalformed: digits or form are wrong; names the form that is expected.
        TooLong: more than 40 characters.
    """
    compact = _BLANKS.sub("", checks.text(value, field, at_least=0, at_most=40, path=path)).upper()
    if not compact:
        return ""
    for check in _checks(country, compact):
        try:
            return check(compact)
        except ValidationError:
            continue
    raise VatIdMalformed(field=field, value=value.strip()[:40], country=country, limit=form_of(country), path=path)


def check_tax_number(country: str, value: str, field: str = "taxNumber", path: tuple[str, ...] = ()) -> str:
    """Return the number under which a tax office knows a company, as it was written; a VAT id counts too, and empty stays empty.

    Raises:
        VatIdMalformed: digits or form are wrong.
        TooLong: more than 40 characters.
    """
    shown = checks.text(value, field, at_least=0, at_most=40, path=path)
    if country == "DE" and shown and stnr.is_valid(shown):
        return shown
    check_form(country, shown, field, path)
    return shown


def form_of(country: str) -> str:
    """Say how ids of a country look."""
    return EU_FORMS.get(country) or _FORMS.get(country, "A–Z, 0–9: 4 – 20")


def country_of(vat_id: str) -> str:
    """Return the member state whose VAT id this is, by its prefix; `XI` for Northern Ireland, empty for none."""
    prefix = vat_id[:2]
    return "GR" if prefix == "EL" else prefix if prefix in EU or prefix == "XI" else ""


def has_vat_id(vat_id: str, country: str) -> bool:
    """Tell whether this is a right VAT id of that EU country (or `XI`); digits and form are checked, existence is not."""
    compact = _BLANKS.sub("", vat_id).upper()
    try:
        return country_of(compact) == country and bool(_xi(compact) if country == "XI" else _eu(compact))
    except ValidationError:
        return False


def _checks(country: str, compact: str) -> list[Check]:
    prefixed = {"": (), "XI": (_xi,)}.get(country_of(compact), (_eu,))
    found = [*prefixed, *_NATIONAL.get(country, ())]
    if country in EU:
        found.append(lambda one: _eu(("EL" if country == "GR" else country) + one))
    elif country not in _NATIONAL:
        found.append(_plain)
    return found


def _eu(compact: str) -> str:
    if country_of(compact) not in EU:
        raise ValidationError
    return str(eu_vat.validate(compact))


def _xi(compact: str) -> str:
    """Northern Ireland has Britain's numbers; python-stdnum's rule for the EU does not know the prefix."""
    return "XI" + str(gb_vat.validate(compact.removeprefix("XI")))


def _gb(compact: str) -> str:
    return "GB" + str(gb_vat.validate(compact))


def _sg_gst(compact: str) -> str:
    if not _SG_GST.fullmatch(compact):
        raise ValidationError
    return compact


def _plain(compact: str) -> str:
    if not _PLAIN.fullmatch(compact):
        raise ValidationError
    return compact


def _said(module: Callable[[str], object]) -> Check:
    return lambda compact: str(module(compact))


_NATIONAL: dict[str, tuple[Check, ...]] = {
    "CH": (_said(ch_vat.validate), _said(ch_uid.validate)),
    "CN": (_said(uscc.validate),),
    "DK": (lambda compact: "DK" + str(cvr.validate(compact)),),
    "GB": (_gb,),
    "JP": (_said(jp_cn.validate),),
    "SG": (_said(uen.validate), _sg_gst),
    "US": (_said(ein.validate),),
}
_FORMS = {
    "CH": "CHE-123.456.788 MWST",
    "CN": "91110000600037341L",
    "GB": "GB123456789",
    "JP": "1234567890123",
    "SG": "200312345A, M2-0012345-6",
    "US": "12-3456789",
    "XI": "XI123456789",
}
