"""The form of what profiles hold besides VAT ids: accounts, electronic addresses, Leitweg-IDs. Pure; each returns what it accepts."""

import re
from collections.abc import Callable
from types import MappingProxyType

from stdnum import bic as bic_form
from stdnum import ean
from stdnum import iban as iban_form
from stdnum.ch import uid
from stdnum.ch import vat as ch_vat
from stdnum.de import leitweg
from stdnum.de import vat as de_vat
from stdnum.dk import cvr
from stdnum.exceptions import ValidationError
from stdnum.sg import uen

from incubator.billing.tax_errors import NumberMalformed
from incubator.kernel import checks
from incubator.kernel.errors import PatternMismatch, TooLong

Check = Callable[[str], object]
WITHOUT_IBAN = frozenset(("CN", "JP", "SG", "US"))
_BLANKS = re.compile(r"[\s\-]+")
_LIKE_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}")
_ACCOUNT = re.compile(r"[0-9A-Z]{4,34}")
ENDPOINTS: MappingProxyType[str, tuple[Check, str]] = MappingProxyType(
    {
        "EM": (lambda value: checks.email(value), "name@example.org"),
        "9930": (de_vat.validate, "DE123456789"),
        "0184": (lambda value: cvr.validate(value.upper().removeprefix("DK")), "12345678"),
        "0195": (uen.validate, "200312345A"),
        "0183": (uid.validate, "CHE123456788"),
        "9927": (ch_vat.validate, "CHE123456788MWST"),
        "0204": (leitweg.validate, "04011000-12345-67"),
        "0088": (ean.validate, "1234567890128"),
    }
)
"""Schemes of electronic addresses (EAS), each with its check and an example. EM is an e-mail address, which Peppol does not take."""


def account(country: str, value: str, path: tuple[str, ...] = ()) -> str:
    """Return a bank account of a company without blanks: an IBAN, or the bank's own number where the country has no IBANs; empty stays empty.

    Raises:
        NumberMalformed: its form, country or check digits are wrong.
    """
    compact = _BLANKS.sub("", value).upper()
    if country not in WITHOUT_IBAN or _LIKE_IBAN.match(compact):
        return iban(value, path)
    if compact and not _ACCOUNT.fullmatch(compact):
        raise NumberMalformed(field="iban", value=value.strip()[:60], limit="A–Z, 0–9: 4 – 34", path=path)
    return compact


def iban(value: str, path: tuple[str, ...] = ()) -> str:
    """Return an IBAN without blanks; empty stays empty.

    Raises:
        NumberMalformed: its form, country or check digits are wrong.
    """
    return _checked(value, "iban", iban_form.validate, "DE89 3704 0044 0532 0130 00", path)


def bic(value: str, path: tuple[str, ...] = ()) -> str:
    """Return a BIC; empty stays empty.

    Raises:
        NumberMalformed: it has not the form of one.
    """
    return _checked(value, "bic", bic_form.validate, "COBADEFFXXX", path)


def endpoint(scheme: str, value: str, path: tuple[str, ...] = ("input",)) -> tuple[str, str]:
    """Return an electronic address: its scheme and id, or nothing of both.

    Raises:
        NumberMalformed: the scheme is not known here, or the id has not its form.
    """
    scheme, value = scheme.strip(), value.strip()
    if not scheme and not value:
        return "", ""
    if scheme not in ENDPOINTS:
        raise NumberMalformed(field="endpointScheme", value=scheme[:20], limit=", ".join(ENDPOINTS), path=(*path, "endpointScheme"))
    check, example = ENDPOINTS[scheme]
    found = _checked(value, "endpointId", check, example, (*path, "endpointId"))
    if not found:
        raise NumberMalformed(field="endpointId", value="", limit=example, path=(*path, "endpointId"))
    return scheme, found


def leitweg_id(value: str, path: tuple[str, ...] = ()) -> str:
    """Return a Leitweg-ID, by which public bodies in Germany are reached.

    Raises:
        NumberMalformed: its form or check digits are wrong, or it is empty.
    """
    found = _checked(value, "reference", leitweg.validate, "04011000-12345-67", path)
    if not found:
        raise NumberMalformed(field="reference", value="", limit="04011000-12345-67", path=path)
    return found


def _checked(value: str, field: str, check: Check, example: str, path: tuple[str, ...]) -> str:
    shown = value.strip()
    if not shown:
        return ""
    try:
        return str(check(shown))
    except (ValidationError, PatternMismatch, TooLong) as error:
        raise NumberMalformed(field=field, value=shown[:60], limit=example, path=path) from error
