"""Refusals about taxes, registrations, VAT ids and exchange rates."""

from datetime import date

from incubator.kernel.errors import DomainError, InvalidValue, refusal


@refusal
class TaxCategoryUnknown(InvalidValue):
    """Not a tax category of EN 16931."""

    value: str
    rule: str = "en_16931"
    limit: str = "S, Z, E, AE, G, K, O"
    text = {
        "en": "{field}: “{value}” is none of the tax categories {limit}.",
        "de": "{field}: „{value}“ ist keine der Steuerkategorien {limit}.",
        "zh-CN": "{field}:“{value}”不是税收类别({limit})。",
    }


@refusal
class TaxRateImpossible(InvalidValue):
    """A rate that the category cannot have."""

    value: str
    category: str
    rule: str = "tax_rate"
    text = {
        "en": "{field}: {value} % is impossible in category {category}: S has a rate above 0 and up to 100, all others have 0.",
        "de": "{field}: {value} % geht in Kategorie {category} nicht: S hat einen Satz über 0 bis 100, alle anderen haben 0.",
        "zh-CN": "{field}:类别 {category} 不可能为 {value}%:S 的税率大于 0 且不超过 100,其他类别为 0。",
    }


@refusal
class NoTaxRule(DomainError):
    """No rule says how a supply is taxed there and then; a person must decide."""

    country: str
    supply: str
    on: date
    text = {
        "en": "There is no tax rule for {supply} in {country} on {on}. Fix the tax in the agreement.",
        "de": "Für {supply} in {country} am {on} gibt es keine Steuerregel. Bitte die Steuer im Vertrag festlegen.",
        "zh-CN": "{on} 在 {country} 没有适用于 {supply} 的税务规则,请在合同中约定税率。",
    }


@refusal
class VatIdUnconfirmed(DomainError):
    """The tax hangs on a VAT id of right form that its register has not confirmed, or not lately.

    `responsible` is the role that has it checked at the customer; finance of the legal entity may do it as well.
    """

    vat_id: str
    country: str
    on: date
    responsible: str = "billing contact"
    text = {
        "en": "The VAT ID {vat_id} ({country}) is not confirmed for {on}. The customer's {responsible}, or finance, has it checked first.",
        "de": "Die USt-IdNr. {vat_id} ({country}) ist für {on} nicht bestätigt. Zuerst lässt sie der Kunde ({responsible}) oder die Buchhaltung"
        " prüfen.",
        "zh-CN": "增值税号 {vat_id}({country})在 {on} 尚未得到确认,请先由客户({responsible})或财务人员进行核验。",
    }


@refusal
class VatIdWrong(DomainError):
    """The buyer's VAT id has not the form of one."""

    customer: str
    value: str
    field: str = "vatId"
    text = {
        "en": "The VAT ID “{value}” of {customer} has not the right form.",
        "de": "Die USt-IdNr. „{value}“ von {customer} hat nicht die richtige Form.",
        "zh-CN": "{customer} 的增值税号“{value}”格式不正确。",
    }


@refusal
class RateMissing(DomainError):
    """There is no exchange rate of a currency on a day, nor on the seven before; finance enters it or waits for the bank's."""

    currency: str
    on: date
    text = {
        "en": "There is no exchange rate of {currency} for {on}. Finance can enter it.",
        "de": "Für {currency} am {on} gibt es keinen Wechselkurs. Die Buchhaltung kann ihn eintragen.",
        "zh-CN": "没有 {currency} 在 {on} 的汇率,可由财务人员录入。",
    }


@refusal
class RatePublished(InvalidValue):
    """The central bank publishes rates of the currency, so nobody enters others."""

    currency: str
    rule: str = "published"
    text = {
        "en": "{field}: the European Central Bank publishes rates of {currency}; they cannot be entered by hand.",
        "de": "{field}: Kurse von {currency} veröffentlicht die Europäische Zentralbank; von Hand geht das nicht.",
        "zh-CN": "{field}:{currency} 的汇率由欧洲中央银行公布,不能手工录入。",
    }


@refusal
class NumberMalformed(InvalidValue):
    """An account, bank code, electronic address or Leitweg-ID whose form or check digits are wrong; `limit` is what is expected."""

    value: str
    rule: str = "form"
    text = {
        "en": "{field}: “{value}” is not right. Expected: {limit}.",
        "de": "{field}: „{value}“ stimmt nicht. Erwartet: {limit}.",
        "zh-CN": "{field}:“{value}”不正确。应为:{limit}。",
    }


@refusal
class RegistrationAlreadyEnded(DomainError):
    """A registration, or what a customer has shown, ended already."""

    ended_on: date
    text = {
        "en": "This ended on {ended_on} already.",
        "de": "Das ist schon am {ended_on} ausgelaufen.",
        "zh-CN": "该项已于 {ended_on} 终止。",
    }


@refusal
class TaxUndecided(DomainError):
    """A line's tax is not decided; carries why."""

    line: int
    why: str
    text = {
        "en": "Line {line}: {why}",
        "de": "Position {line}: {why}",
        "zh-CN": "第 {line} 行:{why}",
    }


@refusal
class TaxesMixed(DomainError):
    """Supplies outside the scope of tax share a draft with others, which EN 16931 forbids; it came of a later decision."""

    text = {
        "en": "Some lines are outside the scope of tax now and cannot share a document with the others. Discard the draft; the next run makes two.",
        "de": "Einige Positionen sind jetzt nicht steuerbar und dürfen nicht mit den anderen auf einem Beleg stehen. Bitte den Entwurf verwerfen; der nächste Lauf macht zwei.",
        "zh-CN": "部分项目现不属于征税范围,不能与其他项目列于同一单据。请作废草稿,下次计费将生成两份。",
    }
