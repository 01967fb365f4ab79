"""The form of VAT ids: each country's digits, and what is told of a wrong one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incubator.kernel.errors import DomainError
from incubator.organizations.errors import VatIdMalformed
from incubator.organizations.vat_ids import check_form, check_tax_number, country_of, has_vat_id


@pytest.mark.parametrize(
    ("country", "value", "compact"),
    [
        ("DE", "DE 136 695 976", "DE136695976"),
        ("DE", "136695976", "DE136695976"),
        ("NL", "NL 0044.95.445.B.01", "NL004495445B01"),
        ("GR", "el 094259216", "EL094259216"),
        ("GR", "094259216", "EL094259216"),
        ("DK", "13 58 56 28", "DK13585628"),
        ("DK", "DK13585628", "DK13585628"),
        ("FR", "FR40303265045", "FR40303265045"),
        ("CH", "CHE-107.787.577 MWST", "CHE107787577MWST"),
        ("CH", "CHE107787577IVA", "CHE107787577IVA"),
        ("CH", "CHE-100.155.212", "CHE100155212"),
        ("SG", "00192200M", "00192200M"),
        ("SG", "M2-0012345-6", "M200123456"),
        ("SG", "M90312345A", "M90312345A"),
        ("CN", "91110000600037341L", "91110000600037341L"),
        ("US", "91-1144442", "911144442"),
        ("JP", "5-8356-7825-6246", "5835678256246"),
        ("GB", "GB 980 7806 84", "GB980780684"),
        ("GB", "XI 980 7806 84", "XI980780684"),
        ("US", "DE136695976", "DE136695976"),
        ("NO", "995 525 828 MVA", "995525828MVA"),
        ("DE", "  ", ""),
    ],
)
def test_a_right_id_is_returned_as_registers_write_it(country: str, value: str, compact: str) -> None:
    assert check_form(country, value) == compact
    assert check_form(country, compact) == compact


@pytest.mark.parametrize(
    ("country", "value", "form"),
    [
        ("DE", "DE136695977", "DE123456789"),
        ("DE", "DE1366959", "DE123456789"),
        ("NL", "NL004495446B01", "NL123456789B01"),
        ("GR", "GR09425921", "EL123456789"),
        ("DK", "13585629", "DK12345678"),
        ("CH", "CHE107787578MWST", "CHE-123.456.788 MWST"),
        ("CH", "CHE107787577VAT", "CHE-123.456.788 MWST"),
        ("SG", "M2-001234-6", "200312345A, M2-0012345-6"),
        ("CN", "91110000600037342L", "91110000600037341L"),
        ("US", "00-1144442", "12-3456789"),
        ("JP", "5835678256247", "1234567890123"),
        ("GB", "XI980780685", "GB123456789"),
        ("BR", "<script>", "A–Z, 0–9: 4 – 20"),
    ],
)
def test_a_wrong_id_is_refused_with_the_form_that_is_expected(country: str, value: str, form: str) -> None:
    with pytest.raises(VatIdMalformed) as refused:
        check_form(country, value, path=("input", "vatId"))

    found = refused.value
    assert (found.field, found.rule, found.limit, found.country, found.path) == ("vatId", "vat_id", form, country, ("input", "vatId"))


def test_a_german_tax_number_is_no_vat_id_but_one_of_the_tax_office() -> None:
    assert check_tax_number("DE", "181/815/08155") == "181/815/08155"
    assert check_tax_number("DK", "13585628") == "13585628"
    with pytest.raises(VatIdMalformed):
        check_form("DE", "181/815/08155")
    with pytest.raises(VatIdMalformed):
        check_tax_number("DE", "181/815")


def test_an_id_belongs_to_the_country_of_its_prefix() -> None:
    assert (country_of("EL094259216"), country_of("XI980780684"), country_of("CHE107787577MWST")) == ("GR", "XI", "")
    assert has_vat_id("NL 0044.95.445.B.01", "NL")
    assert has_vat_id("EL094259216", "GR")
    assert has_vat_id("XI980780684", "XI")
    assert not has_vat_id("NL004495445B01", "DE")
    assert not has_vat_id("", "NL")


def outcome(country: str, value: str) -> str:
    try:
        return check_form(country, value)
    except DomainError as refused:
        return str(refused.details()["field"])


@given(st.sampled_from(("DE", "GR", "DK", "CH", "SG", "CN", "US", "JP", "GB", "BR", "XX")), st.text(max_size=60))
def test_whatever_is_written_is_accepted_for_good_or_refused_by_name(country: str, value: str) -> None:
    found = outcome(country, value)

    assert found == "vatId" or outcome(country, found) == found
