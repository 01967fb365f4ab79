"""The words of documents in the product's languages."""

from dataclasses import dataclass

from incubator.kernel.language import Language


@dataclass(frozen=True, slots=True)
class Words:
    """What a document says besides its data."""

    invoice: str
    credit_note: str
    statement: str
    tax_invoice: str
    deposit: str
    number: str
    issued: str
    due: str
    period: str
    corrects: str
    reason: str
    reference: str
    customer_vat: str
    customer_tax_number: str
    columns: tuple[str, str, str, str, str, str]
    discount: str
    units: dict[str, str]
    prices_per: dict[str, str]
    net: str
    tax: str
    total: str
    credited: str
    taxes: tuple[str, str, str, str]
    categories: dict[str, str]
    home: str
    home_net: str
    home_total: str
    rate: str
    page: str
    register: str
    payment: str
    account: tuple[str, str, str, str]
    account_number: str
    purpose: str
    includes_tax: str
    line_includes_tax: str
    reverse_charge: str
    pay: str
    credit: str
    nothing: str
    fapiao: str
    deposit_note: str


WORDS = {
    Language.EN: Words(
        invoice="Invoice",
        credit_note="Credit Note",
        statement="Billing statement",
        tax_invoice="Tax Invoice",
        deposit="Request for a deposit",
        number="Number",
        issued="Date of issue",
        due="Due on",
        period="Period of supply",
        corrects="Corrects invoice",
        reason="Reason",
        reference="Your reference",
        customer_vat="Your {label}",
        customer_tax_number="Your tax number",
        columns=("No.", "Description", "Quantity", "Unit price", "Tax", "Amount"),
        discount="Discount",
        units={"month": "month", "year": "year", "hour": "h", "minute": "min", "once": ""},
        prices_per={"month": "month", "year": "year", "hour": "h", "minute": "h", "once": ""},
        net="Net amount",
        tax="{name} {rate} %",
        total="Total",
        credited="Total credited",
        taxes=("Tax", "Net", "Tax amount", "Gross"),
        categories={
            "S": "{name} {rate} %",
            "Z": "Zero-rated, 0 %",
            "E": "Exempt",
            "AE": "Reverse charge, 0 %",
            "G": "Export, 0 %",
            "K": "Supply within the EU, 0 %",
            "O": "Outside the scope of tax",
        },
        home="In {currency}",
        home_net="Net",
        home_total="Total",
        rate="1 {currency} = {rate} {home} on {day} (source: European Central Bank)",
        page="Page",
        register="Registered",
        payment="Payment",
        account=("Account holder", "Bank", "IBAN", "BIC"),
        account_number="Account number",
        purpose="Payment reference",
        includes_tax="Prices include tax.",
        line_includes_tax="Price with tax",
        reverse_charge="Reverse charge: the customer accounts for the VAT.",
        pay="Please pay {amount} by {due} and name {number}.",
        credit="{amount} is credited to you; nothing is to be paid.",
        nothing="There is nothing to pay.",
        fapiao="This is a billing statement. The fapiao is issued through the tax platform.",
        deposit_note="A deposit is held for you and paid back; it is not a supply and bears no tax.",
    ),
    Language.DE: Words(
        invoice="Rechnung",
        credit_note="Rechnungskorrektur",
        statement="Abrechnung",
        tax_invoice="Rechnung (Tax Invoice)",
        deposit="Kautionsanforderung",
        number="Nummer",
        issued="Rechnungsdatum",
        due="Fällig am",
        period="Leistungszeitraum",
        corrects="Zu Rechnung",
        reason="Grund",
        reference="Ihr Zeichen",
        customer_vat="Ihre {label}",
        customer_tax_number="Ihre Steuernummer",
        columns=("Nr.", "Leistung", "Menge", "Einzelpreis", "Steuer", "Betrag"),
        discount="Rabatt",
        units={"month": "Monat", "year": "Jahr", "hour": "h", "minute": "min", "once": ""},
        prices_per={"month": "Monat", "year": "Jahr", "hour": "h", "minute": "h", "once": ""},
        net="Nettobetrag",
        tax="{name} {rate} %",
        total="Gesamtbetrag",
        credited="Gutgeschriebener Betrag",
        taxes=("Steuer", "Netto", "Steuerbetrag", "Brutto"),
        categories={
            "S": "{name} {rate} %",
            "Z": "Nullsatz, 0 %",
            "E": "Steuerfrei",
            "AE": "Reverse Charge, 0 %",
            "G": "Ausfuhr, 0 %",
            "K": "Innergemeinschaftlich, 0 %",
            "O": "Nicht steuerbar",
        },
        home="In {currency}",
        home_net="Netto",
        home_total="Gesamtbetrag",
        rate="1 {currency} = {rate} {home} am {day} (Quelle: Europäische Zentralbank)",
        page="Seite",
        register="Register",
        payment="Zahlung",
        account=("Kontoinhaber", "Bank", "IBAN", "BIC"),
        account_number="Kontonummer",
        purpose="Verwendungszweck",
        includes_tax="Die Preise enthalten die Steuer.",
        line_includes_tax="Preis mit Steuer",
        reverse_charge="Steuerschuldnerschaft des Leistungsempfängers.",
        pay="Bitte zahlen Sie {amount} bis zum {due} und nennen Sie {number}.",
        credit="{amount} werden Ihnen angerechnet; es ist nichts zu zahlen.",
        nothing="Es ist nichts zu zahlen.",
        fapiao="Dies ist eine Abrechnung. Das Fapiao wird über die Steuerplattform ausgestellt.",
        deposit_note="Die Kaution wird für Sie verwahrt und zurückgezahlt; sie ist kein Entgelt und trägt keine Steuer.",
    ),
    Language.ZH_CN: Words(
        invoice="账单",
        credit_note="贷项通知单",
        statement="账单",
        tax_invoice="税务发票（Tax Invoice）",
        deposit="押金通知",
        number="编号",
        issued="开具日期",
        due="付款期限",
        period="服务期间",
        corrects="对应账单",
        reason="原因",
        reference="贵方编号",
        customer_vat="贵方{label}",
        customer_tax_number="贵方纳税人识别号",
        columns=("序号", "项目", "数量", "单价", "税率", "金额"),
        discount="折扣",
        units={"month": "月", "year": "年", "hour": "小时", "minute": "分钟", "once": ""},
        prices_per={"month": "月", "year": "年", "hour": "小时", "minute": "小时", "once": ""},
        net="不含税金额",
        tax="{name} {rate}%",
        total="合计",
        credited="冲减合计",
        taxes=("税种", "不含税金额", "税额", "价税合计"),
        categories={
            "S": "{name} {rate}%",
            "Z": "零税率 0%",
            "E": "免税",
            "AE": "反向征收 0%",
            "G": "出口 0%",
            "K": "欧盟内供应 0%",
            "O": "不征税",
        },
        home="以 {currency} 计",
        home_net="不含税金额",
        home_total="合计",
        rate="{day} 1 {currency} = {rate} {home}（来源：欧洲中央银行）",
        page="页",
        register="登记号",
        payment="付款",
        account=("户名", "开户行", "IBAN", "BIC"),
        account_number="账号",
        purpose="付款附言",
        includes_tax="价格已含税。",
        line_includes_tax="含税价",
        reverse_charge="反向征收（Reverse charge）：由买方申报缴纳增值税。",
        pay="请于 {due} 前支付 {amount}，并注明编号 {number}。",
        credit="已为贵方冲减 {amount}，无需付款。",
        nothing="无需付款。",
        fapiao="本文件为账单，发票将通过税务平台开具。",
        deposit_note="押金由我方代为保管并将退还，不构成应税收入，不计税。",
    ),
}
