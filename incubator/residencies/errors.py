"""Refusals of admissions and residencies."""

from datetime import date
from uuid import UUID

from incubator.kernel.errors import DomainError, refusal


@refusal
class CallClosed(DomainError):
    """The call takes no applications on that day."""

    opens_on: date
    closes_on: date
    text = {
        "en": "This call takes applications from {opens_on} to {closes_on}.",
        "de": "Dieser Aufruf nimmt Bewerbungen vom {opens_on} bis zum {closes_on} an.",
        "zh-CN": "本次招募接受申请的时间为 {opens_on} 至 {closes_on}。",
    }


@refusal
class SiteNotOfCall(DomainError):
    """The call is for other sites."""

    text = {
        "en": "This call is not for that site.",
        "de": "Dieser Aufruf gilt nicht für diesen Standort.",
        "zh-CN": "本次招募不适用于该站点。",
    }


@refusal
class ApplicationDecided(DomainError):
    """The application was answered already."""

    state: str
    text = {
        "en": "The application is {state} already.",
        "de": "Über die Bewerbung wurde schon entschieden ({state}).",
        "zh-CN": "该申请已处理({state})。",
    }


@refusal
class UnitNotAtSite(DomainError):
    """The unit or plan belongs to another site or legal entity."""

    text = {
        "en": "Choose a unit and a plan of the site that was applied for.",
        "de": "Bitte eine Einheit und einen Tarif des Standorts wählen, für den die Bewerbung gilt.",
        "zh-CN": "请选择所申请站点的单元和方案。",
    }


@refusal
class OfferClosed(DomainError):
    """The offer was accepted, withdrawn, or has run out at the site's midnight."""

    state: str
    text = {
        "en": "The offer is closed ({state}).",
        "de": "Das Angebot ist geschlossen ({state}).",
        "zh-CN": "该录取已关闭({state})。",
    }


@refusal
class TermsChanged(DomainError):
    """What was shown is not what is on file."""

    current_hash: str
    text = {
        "en": "The terms are not those you were shown. Read them again.",
        "de": "Die Bedingungen sind nicht die, die Ihnen gezeigt wurden. Bitte noch einmal lesen.",
        "zh-CN": "条款与您看到的不一致,请重新阅读。",
    }


@refusal
class SiteStillLet(DomainError):
    """Rentals or residencies reach past the day on which a site would close; they are contracts, and are ended or moved first."""

    limit: date
    rentals: int
    residencies: int
    text = {
        "en": "The site cannot close on {limit}: {rentals} rentals and {residencies} residencies go on. End or move them first.",
        "de": "Der Standort kann am {limit} nicht schließen: {rentals} Mieten und {residencies} Residenzen laufen weiter. Bitte zuerst beenden oder verlegen.",
        "zh-CN": "该站点无法于 {limit} 关闭:仍有 {rentals} 项租用和 {residencies} 项入驻在继续。请先终止或迁移。",
    }


@refusal
class SiteNotClosing(DomainError):
    """The site is open, and nobody has said that it closes."""

    site_id: UUID
    text = {
        "en": "The site is open, and no closing is planned.",
        "de": "Der Standort ist geöffnet, und es ist keine Schließung geplant.",
        "zh-CN": "该站点处于开放状态,没有关闭计划。",
    }
