"""Refusals of organisations and access."""

from incubator.kernel.errors import DomainError, InvalidValue, refusal


@refusal
class WrongCredentials(DomainError):
    """The address and the password do not belong together, or there is no such person."""

    text = {
        "en": "The e-mail address or the password is wrong.",
        "de": "Die E-Mail-Adresse oder das Passwort ist falsch.",
        "zh-CN": "邮箱地址或密码错误。",
    }


@refusal
class CodeRequired(DomainError):
    """The person has a second factor; the sign-in needs its code."""

    text = {
        "en": "Enter the six-digit code of your authenticator app.",
        "de": "Bitte den sechsstelligen Code Ihrer Authenticator-App eingeben.",
        "zh-CN": "请输入验证器应用中的六位验证码。",
    }


@refusal
class WrongCode(DomainError):
    """The second factor's code is wrong, out of date, or was used already."""

    text = {
        "en": "The code is wrong or was used already. Wait for the next one.",
        "de": "Der Code ist falsch oder wurde schon benutzt. Bitte den nächsten abwarten.",
        "zh-CN": "验证码错误或已使用,请等待下一个验证码。",
    }


@refusal
class TwoFactorRequired(DomainError):
    """The person's role asks for a second factor, which is not set up yet."""

    text = {
        "en": "Your role asks for a second factor. Set it up in the settings first.",
        "de": "Ihre Rolle verlangt einen zweiten Faktor. Bitte zuerst in den Einstellungen einrichten.",
        "zh-CN": "您的角色需要启用双重验证,请先在设置中完成设置。",
    }


@refusal
class LinkExpired(DomainError):
    """A mailed link is unknown, used, revoked or too old."""

    text = {
        "en": "This link is no longer valid. Ask for a new one.",
        "de": "Dieser Link gilt nicht mehr. Bitte einen neuen anfordern.",
        "zh-CN": "该链接已失效,请重新申请。",
    }


@refusal
class PasswordTooWeak(InvalidValue):
    """A new password is easy to guess."""

    field: str = "password"
    rule: str = "strength"
    limit: str = "12"
    text = {
        "en": "Choose a password of at least {limit} characters that is not your name or address.",
        "de": "Bitte ein Passwort mit mindestens {limit} Zeichen wählen, das nicht Ihr Name oder Ihre Adresse ist.",
        "zh-CN": "请设置至少 {limit} 个字符的密码,且不能与姓名或邮箱相同。",
    }


@refusal
class RoleNotOfKind(DomainError):
    """A role that people of this kind of organisation do not have."""

    role: str
    kind: str
    text = {
        "en": "People of a {kind} cannot have the role {role}.",
        "de": "Personen einer Organisation der Art {kind} können die Rolle {role} nicht haben.",
        "zh-CN": "{kind} 类型组织的人员不能拥有角色 {role}。",
    }


@refusal
class OpeningHoursInvalid(InvalidValue):
    """Opening hours that cannot be read."""

    value: str
    field: str = "openingHours"
    rule: str = "opening_hours"
    limit: str = "Mo-Fr 08:00-18:00; Sa 09:00-12:00"
    text = {
        "en": "{field}: “{value}” cannot be read; write for example {limit}.",
        "de": "{field}: „{value}“ ist nicht lesbar; Beispiel: {limit}.",
        "zh-CN": "{field}:无法识别“{value}”,示例:{limit}。",
    }


@refusal
class UnknownSubdivision(InvalidValue):
    """A part that the country does not have; `limit` are the codes of those that it has."""

    value: str
    country: str
    field: str = "subdivision"
    rule: str = "subdivision"
    text = {
        "en": "{field}: “{value}” is no part of {country}. Allowed: {limit}, or nothing.",
        "de": "{field}: „{value}“ ist kein Teil von {country}. Erlaubt: {limit} oder nichts.",
        "zh-CN": "{field}:“{value}”不是 {country} 的地区。可用:{limit},或留空。",
    }


@refusal
class KeyTaken(InvalidValue):
    """A name that must be unique is in use."""

    value: str
    rule: str = "unique"
    text = {
        "en": "{field}: “{value}” is in use already.",
        "de": "{field}: „{value}“ wird schon benutzt.",
        "zh-CN": "{field}:“{value}”已被使用。",
    }


@refusal
class VatIdMalformed(InvalidValue):
    """A VAT id or tax number whose digits or form are wrong; `limit` is an example of the form that the country has."""

    value: str
    country: str
    rule: str = "vat_id"
    text = {
        "en": "{field}: “{value}” is no valid number of {country}. Expected form, with right check digits: {limit}.",
        "de": "{field}: „{value}“ ist keine gültige Nummer von {country}. Erwartete Form, mit richtigen Prüfziffern: {limit}.",
        "zh-CN": "{field}:“{value}”不是 {country} 的有效号码。应为以下格式且校验位正确:{limit}。",
    }
