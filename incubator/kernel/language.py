"""The three languages of the product."""

from enum import StrEnum


class Language(StrEnum):
    """A language a person can choose; the value is its BCP 47 tag."""

    EN = "en"
    DE = "de"
    ZH_CN = "zh-CN"


def negotiate(accept_language: str) -> Language:
    """Choose the best language for an Accept-Language header; English when none fits.

    Source: RFC 9110, section 12.5.4; quality values order the ranges, a malformed one counts as 0.
    """
    ranked: list[tuple[float, int, Language]] = []
    for position, part in enumerate(accept_language.split(",")[:20]):
        tag, _, parameters = part.strip().partition(";")
        language = {"en": Language.EN, "de": Language.DE, "zh": Language.ZH_CN}.get(tag.strip().lower().split("-")[0])
        if language is None:
            continue
        quality = parameters.strip().removeprefix("q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        ranked.append((-weight, position, language))
    return min(ranked)[2] if ranked and min(ranked)[0] < 0 else Language.EN
