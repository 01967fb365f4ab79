"""The words: one Jinja template a kind and language, rendered as plain text, as HTML mail and as the note in the product."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_skeleton
from babel.numbers import format_currency
from jinja2 import Environment, PackageLoader, StrictUndefined

from incubator.kernel.language import Language
from incubator.kernel.money import to_decimal

LOCALES = {Language.EN: "en_GB", Language.DE: "de_DE", Language.ZH_CN: "zh_Hans_CN"}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A notification in one language: `subject` is its title too, `text` and `html` are whole mails, `body` is the note."""

    subject: str
    body: str
    text: str
    html: str


@cache
def _environment(is_html: bool) -> Environment:
    return Environment(
        loader=PackageLoader("incubator.notifications", "templates"),
        autoescape=is_html,  # noqa: S701 - False only for plain text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )


def render(kind: str, language: Language, time_zone: str, params: dict[str, Any], link: str) -> Rendered:
    """Write one notification.

    Args:
        params: JSON values; templates format them with `money(amount_minor, currency)`, `day(iso)`, `month_name(iso)` and `moment(iso)`.
        link: the absolute address behind the button; empty for none.
    """
    locale = LOCALES[language]
    values = {
        **params,
        "link": link,
        "language": language.value,
        "money": lambda minor, currency: format_currency(to_decimal(minor, currency), currency, locale=locale),
        "day": lambda iso: format_date(date.fromisoformat(iso), "long", locale=locale),
        "month_name": lambda iso: format_skeleton("yMMMM", date.fromisoformat(iso), locale=locale),
        "moment": lambda iso: format_datetime(datetime.fromisoformat(iso), "medium", tzinfo=ZoneInfo(time_zone), locale=locale),
    }
    plain = _environment(False).get_template(f"{language.value}/{kind}.j2")
    parts = {name: "".join(block(plain.new_context(values))).strip() for name, block in plain.blocks.items()}
    rich = _environment(True).get_template(f"{language.value}/{kind}.j2")
    escaped = {name: "".join(block(rich.new_context(values))).strip() for name, block in rich.blocks.items()}
    paragraphs = [part.strip().replace("\n", " ") for part in escaped["body"].split("\n\n")]
    shown = {**values, **parts, "paragraphs": paragraphs, "title": escaped["subject"], "button": escaped.get("action", "")}
    return Rendered(
        subject=" ".join(parts["subject"].split()),
        body=parts["body"],
        text=_environment(False).get_template("layout.txt.j2").render(shown).strip() + "\n",
        html=_environment(True).get_template("layout.html.j2").render(shown),
    )
