"""The page behind `session.url`: plain HTML with forms, no script, a strict content security policy, three languages."""

from html import escape
from urllib.parse import urlsplit

from incubator.embedded.stripe_simulator.currencies import display
from incubator.embedded.stripe_simulator.store import Resource

_TEXTS = {
    "en": {
        "pay_to": "Pay {merchant}", "save_for": "Save a payment method for {merchant}", "pay": "Pay {amount}", "save": "Save",
        "decline": "Pay with a card that is declined", "authenticate": "Pay with 3-D Secure", "cancel": "Cancel and go back",
        "method": "Payment method", "test": "Test page. No real money moves and no real card is asked for.", "summary": "What you pay for",
        "total": "Total", "closed": "This payment page is closed", "complete": "The payment was received. You can close this page.",
        "expired": "This page has expired. Go back to the invoice and start again.", "declined": "The payment was declined: {reason}",
        "bank": "Your bank asks: is it you?", "bank_text": "{merchant} wants to charge {amount}.", "approve": "Yes, approve",
        "reject": "No, reject", "failed": "The bank could not confirm that it was you.", "card": "Card", "sepa_debit": "SEPA direct debit",
        "decline_debit": "Pay with an account that bounces",
    },
    "de": {
        "pay_to": "{merchant} bezahlen", "save_for": "Zahlungsart für {merchant} speichern", "pay": "{amount} bezahlen",
        "save": "Speichern",
        "decline": "Mit einer Karte zahlen, die abgelehnt wird", "authenticate": "Mit 3-D Secure zahlen", "cancel": "Abbrechen und zurück",
        "method": "Zahlungsart", "test": "Testseite. Es fließt kein echtes Geld, und es wird keine echte Karte verlangt.",
        "summary": "Wofür Sie zahlen", "total": "Summe", "closed": "Diese Zahlungsseite ist geschlossen",
        "complete": "Die Zahlung ist eingegangen. Sie können diese Seite schließen.",
        "expired": "Diese Seite ist abgelaufen. Gehen Sie zurück zur Rechnung und beginnen Sie neu.",
        "declined": "Die Zahlung wurde abgelehnt: {reason}", "bank": "Ihre Bank fragt: Sind Sie es?",
        "bank_text": "{merchant} möchte {amount} abbuchen.", "approve": "Ja, freigeben", "reject": "Nein, ablehnen",
        "failed": "Die Bank konnte nicht bestätigen, dass Sie es waren.", "card": "Karte", "sepa_debit": "SEPA-Lastschrift",
        "decline_debit": "Mit einem Konto zahlen, das zurückbucht",
    },
    "zh": {
        "pay_to": "向 {merchant} 付款", "save_for": "为 {merchant} 保存付款方式", "pay": "支付 {amount}", "save": "保存",
        "decline": "使用会被拒绝的银行卡支付", "authenticate": "使用 3-D Secure 支付", "cancel": "取消并返回", "method": "付款方式",
        "test": "测试页面。不会发生真实资金往来，也不会要求真实银行卡。", 
        "summary": "付款内容", "total": "合计", "closed": "此付款页面已关闭",
        "complete": "付款已收到。您可以关闭此页面。", "expired": "此页面已过期。请返回账单重新开始。", "declined": "付款被拒绝：{reason}",
        "bank": "您的银行询问：是您本人吗？", "bank_text": "{merchant} 请求扣款 {amount}。", "approve": "是，批准", "reject": "否，拒绝",
        "failed": "银行无法确认是您本人操作。", "card": "银行卡", "sepa_debit": "SEPA 直接借记", "decline_debit": "使用会退回的账户支付",
    },
}  # fmt: skip

STYLE = """
:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif;
  --edge: #767676; --ink: #1a1a1a; --paper: #fff; --act: #1d4ed8; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root {
   --edge: #8f8f8f; --ink: #f2f2f2; --paper: #16181d; --act: #9db8ff; --bad: #ffb4ab; } }
body { margin: 0; background: var(--paper); color: var(--ink); }
main { max-width: 30rem; margin: 0 auto; padding: 2rem 1.25rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
table { width: 100%; border-collapse: collapse; margin: 0 0 1.5rem; }
th, td { text-align: start; padding: .5rem 0; border-bottom: 1px solid var(--edge); font-weight: normal; }
td { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
tfoot th, tfoot td { font-weight: 600; border-bottom: 0; }
fieldset { border: 1px solid var(--edge); border-radius: .5rem; margin: 0 0 1rem; padding: .75rem 1rem; }
label { display: block; padding: .35rem 0; min-height: 1.5rem; }
button { display: block; width: 100%; min-height: 2.75rem; margin: 0 0 .75rem; font: inherit; border-radius: .5rem; cursor: pointer;
  border: 1px solid var(--edge); background: transparent; color: inherit; }
button.first { background: var(--act); border-color: var(--act); color: var(--paper); font-weight: 600; }
:focus-visible { outline: 3px solid var(--act); outline-offset: 2px; }
.note { font-size: .875rem; } .error { border-inline-start: .25rem solid var(--bad); padding-inline-start: .75rem; color: var(--bad); }
"""


def language_of(locale: str | None, accept_language: str) -> str:
    """Choose one of the page's languages."""
    wanted = [locale or ""] if locale not in (None, "auto") else [part.split(";")[0].strip() for part in accept_language.split(",")]
    return next((tag[:2].lower() for tag in wanted if tag[:2].lower() in _TEXTS), "en")


def policy_for(*urls: str | None) -> str:
    """Give the content security policy of a page whose forms may lead to these addresses."""
    origins = sorted({f"{parts.scheme}://{parts.netloc}" for parts in (urlsplit(url) for url in urls if url)})
    form_action = " ".join(["'self'", *origins])
    return (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; "
        f"img-src 'self'; form-action {form_action}"
    )


def _document(language: str, title: str, body: str) -> str:
    tag = {"zh": "zh-CN"}.get(language, language)
    return (
        f'<!doctype html><html lang="{tag}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/assets/payment_page.css"></head>'
        f'<body><main>{body}<p class="note">{escape(_TEXTS[language]["test"])}</p></main></body></html>'
    )


def pay_page(language: str, merchant: str, session: Resource, items: list[Resource], error: str | None) -> str:
    """Show what is to be paid and the ways to pay or not to."""
    text = _TEXTS[language]
    amount = display(session["amount_total"], session["currency"]) if session["mode"] == "payment" else ""
    title = (text["pay_to"] if amount else text["save_for"]).format(merchant=merchant)
    parts = [f"<h1>{escape(title)}</h1>"]
    if error is not None:
        parts.append(f'<p class="error" role="alert">{escape(text["declined"].format(reason=error))}</p>')
    if amount:
        rows = "".join(_row(item) for item in items)
        total = f"<tfoot><tr><th scope='row'>{escape(text['total'])}</th><td>{escape(amount)}</td></tr></tfoot>"
        parts.append(f"<table aria-label='{escape(text['summary'], quote=True)}'><tbody>{rows}</tbody>{total}</table>")
    parts.append(_form(text, session, amount))
    return _document(language, title, "".join(parts))


def _row(item: Resource) -> str:
    times = f" × {item['quantity']}" if item["quantity"] != 1 else ""
    amount = display(item["amount_total"], item["currency"])
    return f"<tr><th scope='row'>{escape(item['description'])}{times}</th><td>{escape(amount)}</td></tr>"


def _form(text: dict[str, str], session: Resource, amount: str) -> str:
    kinds = session["payment_method_types"]
    choices = "".join(
        f"<label><input type='radio' name='method' value='{escape(kind)}'{' checked' if index == 0 else ''}> "
        f"{escape(text.get(kind, kind.replace('_', ' ').title()))}</label>"
        for index, kind in enumerate(kinds)
    )
    methods = f"<fieldset><legend>{escape(text['method'])}</legend>{choices}</fieldset>"
    if len(kinds) == 1:
        methods = f"<input type='hidden' name='method' value='{escape(kinds[0])}'>"
    pay = text["pay"].format(amount=amount) if amount else text["save"]
    decline = text["decline_debit"] if kinds == ["sepa_debit"] else text["decline"]
    buttons = [f"<button class='first' name='action' value='pay'>{escape(pay)}</button>"]
    if {"card", "sepa_debit"} & set(kinds):
        buttons.append(f"<button name='action' value='decline'>{escape(decline)}</button>")
    if "card" in kinds:
        buttons.append(f"<button name='action' value='authenticate'>{escape(text['authenticate'])}</button>")
    if session["cancel_url"]:
        buttons.append(f"<button name='action' value='cancel'>{escape(text['cancel'])}</button>")
    return f"<form method='post'>{methods}{''.join(buttons)}</form>"


def closed_page(language: str, status: str) -> str:
    """Say that there is nothing (more) to do here."""
    text = _TEXTS[language]
    return _document(language, text["closed"], f"<h1>{escape(text['closed'])}</h1><p>{escape(text[status])}</p>")


def bank_page(language: str, merchant: str, amount: str) -> str:
    """Ask in the bank's place whether the payer approves."""
    text = _TEXTS[language]
    buttons = (
        f"<button class='first' name='passed' value='yes'>{escape(text['approve'])}</button>"
        f"<button name='passed' value='no'>{escape(text['reject'])}</button>"
    )
    said = escape(text["bank_text"].format(merchant=merchant, amount=amount))
    return _document(language, text["bank"], f"<h1>{escape(text['bank'])}</h1><p>{said}</p><form method='post'>{buttons}</form>")


def failed_authentication(language: str) -> str:
    """Say that the bank's question was answered with no."""
    return _TEXTS[language]["failed"]
