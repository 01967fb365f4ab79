"""All refusals of the product.

    DomainError                 something the caller asked for and may not or cannot have; nothing was written
    ├── NotSignedIn             nobody is signed in
    ├── Forbidden               the actor lacks the grant
    ├── NotFound                unknown, or not for this actor's eyes: the two cannot be told apart
    ├── Stale                   somebody changed it meanwhile
    ├── IdempotencyMismatch     the key was used before with other input
    ├── RateLimited             too many tries
    └── InvalidValue            a field breaks a rule; names field, rule and limit
        ├── TooLong, TooShort, OutOfRange, PatternMismatch
        ├── UnknownZone, UnknownCurrency, UnknownCountry, UnknownLanguage
        ├── TooManyDecimals, NotANumber
        ├── PeriodInverted, PeriodTooLong
        └── NonexistentTime     a local time that a clock change skips

Each domain package adds its own in its `errors.py`. Several at once are `Refusals`. Everything else is a defect: it is masked and logged.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import ClassVar, TypeVar, dataclass_transform

from incubator.kernel.language import Language


@dataclass(eq=False, kw_only=True)
class DomainError(Exception):
    """A refusal the caller can act on.

    Subclasses are made with `@refusal`, list what they carry as fields and say themselves in three languages in `text`, a
    `str.format` template over those fields.
    """

    path: tuple[str, ...] = ()
    text: ClassVar[Mapping[str, str]] = {}

    @property
    def code(self) -> str:
        """The refusal's name, the same in the API, in logs and in tests."""
        return type(self).__name__

    def details(self) -> dict[str, object]:
        """Return what the refusal carries besides its path."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "path"}

    def message(self, language: str = Language.EN) -> str:
        """Say the refusal in `language`, English when it is not one of ours."""
        template = self.text.get(language) or self.text[Language.EN]
        shown = {name: ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value for name, value in self.details().items()}
        return template.format(**shown)

    def __str__(self) -> str:
        return f"{self.code}: {self.message()}"


class Refusals(ExceptionGroup[DomainError]):
    """All refusals that stand in the way at once, for whoever can mend them together; nothing was written. Never nested."""

    @property
    def each(self) -> list[DomainError]:
        """The refusals, in the order in which they are told."""
        return [one for one in self.exceptions if isinstance(one, DomainError)]


Refusal = TypeVar("Refusal", bound=DomainError)


@dataclass_transform(kw_only_default=True, eq_default=False)
def refusal(cls: type[Refusal]) -> type[Refusal]:
    """Make a class of refusals: keyword fields, compared by identity."""
    return dataclass(eq=False, kw_only=True)(cls)


@refusal
class NotSignedIn(DomainError):
    """Nobody is signed in."""

    text = {"en": "Please sign in first.", "de": "Bitte melden Sie sich zuerst an.", "zh-CN": "请先登录。"}


@refusal
class Forbidden(DomainError):
    """The actor lacks a grant."""

    grant: str
    text = {
        "en": "Your role does not allow this ({grant}).",
        "de": "Ihre Rolle erlaubt das nicht ({grant}).",
        "zh-CN": "您的角色没有此权限({grant})。",
    }


@refusal
class NotFound(DomainError):
    """The thing does not exist for this actor."""

    kind: str
    text = {"en": "There is no such {kind}.", "de": "Das gesuchte Objekt ({kind}) gibt es nicht.", "zh-CN": "找不到该对象({kind})。"}


@refusal
class Stale(DomainError):
    """Somebody changed the row after the caller read it."""

    current_version: int
    text = {
        "en": "This was changed meanwhile (now version {current_version}). Look at the new state and try again.",
        "de": "Das wurde inzwischen geändert (jetzt Version {current_version}). Bitte den neuen Stand ansehen und noch einmal versuchen.",
        "zh-CN": "内容已被他人修改(当前版本 {current_version})。请查看最新状态后重试。",
    }


@refusal
class IdempotencyMismatch(DomainError):
    """An idempotency key came back with other input."""

    text = {
        "en": "This idempotency key was used before with other input. Use a new key.",
        "de": "Dieser Idempotenzschlüssel wurde schon mit anderen Eingaben benutzt. Bitte einen neuen verwenden.",
        "zh-CN": "该幂等键已用于其他输入,请使用新的键。",
    }


@refusal
class RateLimited(DomainError):
    """Too many tries in too short a time."""

    retry_after_s: int
    text = {
        "en": "Too many tries. Please wait {retry_after_s} seconds.",
        "de": "Zu viele Versuche. Bitte {retry_after_s} Sekunden warten.",
        "zh-CN": "尝试次数过多,请等待 {retry_after_s} 秒。",
    }


@refusal
class InvalidValue(DomainError):
    """A field breaks a rule."""

    field: str
    rule: str
    limit: str = ""
    text = {
        "en": "{field}: {rule} {limit}",
        "de": "{field}: {rule} {limit}",
        "zh-CN": "{field}:{rule} {limit}",
    }


@refusal
class TooLong(InvalidValue):
    """A text is longer than its limit, in characters."""

    rule: str = "max_length"
    text = {
        "en": "{field} is too long: at most {limit} characters.",
        "de": "{field} ist zu lang: höchstens {limit} Zeichen.",
        "zh-CN": "{field} 过长:最多 {limit} 个字符。",
    }


@refusal
class TooShort(InvalidValue):
    """A text is shorter than its limit, in characters; an empty one too."""

    rule: str = "min_length"
    text = {
        "en": "{field} is too short: at least {limit} characters.",
        "de": "{field} ist zu kurz: mindestens {limit} Zeichen.",
        "zh-CN": "{field} 过短:至少 {limit} 个字符。",
    }


@refusal
class OutOfRange(InvalidValue):
    """A number or date lies outside its range."""

    rule: str = "range"
    text = {
        "en": "{field} is out of range: allowed is {limit}.",
        "de": "{field} liegt außerhalb des Bereichs: erlaubt ist {limit}.",
        "zh-CN": "{field} 超出范围:允许 {limit}。",
    }


@refusal
class PatternMismatch(InvalidValue):
    """A text does not have the form it must have."""

    rule: str = "pattern"
    text = {
        "en": "{field} does not have the right form: {limit}.",
        "de": "{field} hat nicht die richtige Form: {limit}.",
        "zh-CN": "{field} 格式不正确:{limit}。",
    }


@refusal
class UnknownZone(InvalidValue):
    """Not an IANA time zone."""

    value: str
    rule: str = "iana_zone"
    text = {
        "en": "{field}: “{value}” is not an IANA time zone such as Europe/Berlin.",
        "de": "{field}: „{value}“ ist keine IANA-Zeitzone wie Europe/Berlin.",
        "zh-CN": "{field}:“{value}”不是 IANA 时区(例如 Asia/Shanghai)。",
    }


@refusal
class UnknownCurrency(InvalidValue):
    """Not an ISO 4217 code in use."""

    value: str
    rule: str = "iso_4217"
    text = {
        "en": "{field}: “{value}” is not an ISO 4217 currency such as EUR.",
        "de": "{field}: „{value}“ ist keine ISO-4217-Währung wie EUR.",
        "zh-CN": "{field}:“{value}”不是 ISO 4217 货币代码(例如 CNY)。",
    }


@refusal
class UnknownCountry(InvalidValue):
    """Not an ISO 3166-1 alpha-2 code."""

    value: str
    rule: str = "iso_3166"
    text = {
        "en": "{field}: “{value}” is not an ISO 3166 country code such as DE.",
        "de": "{field}: „{value}“ ist kein ISO-3166-Ländercode wie DE.",
        "zh-CN": "{field}:“{value}”不是 ISO 3166 国家代码(例如 CN)。",
    }


@refusal
class UnknownLanguage(InvalidValue):
    """Not a language of the product."""

    value: str
    rule: str = "language"
    limit: str = "en, de, zh-CN"
    text = {
        "en": "{field}: “{value}” is not one of {limit}.",
        "de": "{field}: „{value}“ ist keine von {limit}.",
        "zh-CN": "{field}:“{value}”不在 {limit} 之中。",
    }


@refusal
class NotANumber(InvalidValue):
    """A text that should be a decimal number is none."""

    value: str
    rule: str = "number"
    text = {
        "en": "{field}: “{value}” is not a number.",
        "de": "{field}: „{value}“ ist keine Zahl.",
        "zh-CN": "{field}:“{value}”不是数字。",
    }


@refusal
class TooManyDecimals(InvalidValue):
    """An amount has more decimals than its currency."""

    value: str
    rule: str = "decimals"
    text = {
        "en": "{field}: “{value}” has too many decimals, the currency has {limit}.",
        "de": "{field}: „{value}“ hat zu viele Nachkommastellen, die Währung hat {limit}.",
        "zh-CN": "{field}:“{value}”小数位过多,该货币为 {limit} 位。",
    }


@refusal
class PeriodInverted(InvalidValue):
    """A period ends before it begins, or is empty."""

    rule: str = "order"
    text = {
        "en": "{field}: the end must be after the beginning ({limit}).",
        "de": "{field}: das Ende muss nach dem Anfang liegen ({limit}).",
        "zh-CN": "{field}:结束必须晚于开始({limit})。",
    }


@refusal
class PeriodTooLong(InvalidValue):
    """A period is longer than its limit."""

    rule: str = "max_length"
    text = {
        "en": "{field}: the period is too long, at most {limit}.",
        "de": "{field}: der Zeitraum ist zu lang, höchstens {limit}.",
        "zh-CN": "{field}:期间过长,最多 {limit}。",
    }


@refusal
class NonexistentTime(InvalidValue):
    """A local time that does not exist because the clock goes forward."""

    value: str
    zone: str
    rule: str = "exists"
    text = {
        "en": "{field}: {value} does not exist in {zone}, the clock goes forward then.",
        "de": "{field}: {value} gibt es in {zone} nicht, die Uhr wird dann vorgestellt.",
        "zh-CN": "{field}:{zone} 不存在 {value},该时刻因调整夏令时被跳过。",
    }
