"""Every kind of notification: its name in three languages and whether people may turn it off."""

from dataclasses import dataclass
from enum import StrEnum

from incubator.kernel.language import Language


class Kind(StrEnum):
    """What a person can be told."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a kind of mail
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a kind of mail
    APPLICATION_RECEIVED = "application_received"
    APPLICATION_DECLINED = "application_declined"
    OFFER_MADE = "offer_made"
    OFFER_ACCEPTED = "offer_accepted"
    RESIDENCY_STARTED = "residency_started"
    BOOKING_CONFIRMED = "booking_confirmed"
    BOOKING_CANCELLED = "booking_cancelled"
    BOOKING_REQUESTED = "booking_requested"
    BOOKING_DECLINED = "booking_declined"
    BOOKING_RELEASED = "booking_released"
    SLOT_OFFERED = "slot_offered"
    SEAT_CONFIRMED = "seat_confirmed"
    SESSION_MOVED = "session_moved"
    SESSION_CANCELLED = "session_cancelled"
    TRAINING_PASSED = "training_passed"
    QUALIFICATION_ENDS_SOON = "qualification_ends_soon"
    QUALIFICATION_ENDED = "qualification_ended"
    UNIT_HELD = "unit_held"
    HOLD_RUNS_OUT = "hold_runs_out"
    HOLD_ENDED = "hold_ended"
    RENTAL_ASSIGNED = "rental_assigned"
    UNIT_CHANGED = "unit_changed"
    NOTICE_CONFIRMED = "notice_confirmed"
    CHECKLIST_TO_CONFIRM = "checklist_to_confirm"
    DEPOSIT_SETTLED = "deposit_settled"
    BADGE_OVERDUE = "badge_overdue"
    BOOKING_OUTAGE = "booking_outage"
    SLOT_INSTEAD = "slot_instead"
    OUTAGE_ANNOUNCED = "outage_announced"
    OUTAGE_OVER = "outage_over"
    SERIES_CANCELLED = "series_cancelled"
    SITE_CLOSING = "site_closing"
    OWNER_STATEMENT = "owner_statement"
    OWNER_SHARE = "owner_share"
    SECONDMENT_AGREED = "secondment_agreed"
    DEAL_OPENED = "deal_opened"
    INVOICE_ISSUED = "invoice_issued"
    PAYMENT_RECEIVED = "payment_received"
    INVOICE_CREDITED = "invoice_credited"
    INVOICE_BLOCKED = "invoice_blocked"
    BILLING_DETAILS_MISSING = "billing_details_missing"
    BILLING_RUN_HELD = "billing_run_held"
    BILLING_RUN_FINISHED = "billing_run_finished"
    PRICE_ADAPTED = "price_adapted"
    INDEX_VALUE_AWAITED = "index_value_awaited"
    CREDIT_ENDS_SOON = "credit_ends_soon"


@dataclass(frozen=True, slots=True)
class Description:
    """How a kind is called in the settings. Those that carry a link one asked for cannot be turned off and are mail only."""

    label: dict[Language, str]
    is_optional: bool = True


def _named(en: str, de: str, zh: str, *, is_optional: bool = True) -> Description:
    return Description({Language.EN: en, Language.DE: de, Language.ZH_CN: zh}, is_optional)


KINDS: dict[Kind, Description] = {
    Kind.INVITATION: _named("Invitations", "Einladungen", "邀请", is_optional=False),
    Kind.PASSWORD_RESET: _named("Password links", "Passwort-Links", "密码链接", is_optional=False),
    Kind.PASSWORD_CHANGED: _named("Password changed", "Passwort geändert", "密码已更改", is_optional=False),
    Kind.APPLICATION_RECEIVED: _named("New applications", "Neue Bewerbungen", "新的申请"),
    Kind.APPLICATION_DECLINED: _named("Declined applications", "Abgelehnte Bewerbungen", "被拒绝的申请", is_optional=False),
    Kind.OFFER_MADE: _named("Offers", "Angebote", "录取通知"),
    Kind.OFFER_ACCEPTED: _named("Accepted offers", "Angenommene Angebote", "已接受的录取"),
    Kind.RESIDENCY_STARTED: _named("Residencies that start", "Beginnende Residenzen", "入驻开始"),
    Kind.BOOKING_CONFIRMED: _named("Confirmed bookings", "Bestätigte Buchungen", "预订确认"),
    Kind.BOOKING_CANCELLED: _named("Cancelled bookings", "Stornierte Buchungen", "预订取消"),
    Kind.BOOKING_REQUESTED: _named("Bookings that wait for approval", "Buchungen, die auf Freigabe warten", "待批准的预订"),
    Kind.BOOKING_DECLINED: _named("Declined bookings", "Abgelehnte Buchungen", "被拒绝的预订"),
    Kind.BOOKING_RELEASED: _named("Released bookings", "Freigegebene Buchungen", "已释放的预订"),
    Kind.SLOT_OFFERED: _named("Offers from the waiting list", "Angebote von der Warteliste", "候补空位"),
    Kind.SEAT_CONFIRMED: _named("Seats in trainings", "Plätze in Schulungen", "培训名额"),
    Kind.SESSION_MOVED: _named("Training sessions that move", "Verschobene Schulungstermine", "培训场次变更"),
    Kind.SESSION_CANCELLED: _named("Cancelled training sessions", "Abgesagte Schulungstermine", "培训场次取消"),
    Kind.TRAINING_PASSED: _named("Qualifications you get", "Erhaltene Qualifikationen", "取得的资质"),
    Kind.QUALIFICATION_ENDS_SOON: _named("Qualifications that end soon", "Bald endende Qualifikationen", "即将到期的资质"),
    Kind.QUALIFICATION_ENDED: _named("Qualifications that ended", "Beendete Qualifikationen", "已失效的资质"),
    Kind.UNIT_HELD: _named("Units kept for you", "Vorgemerkte Einheiten", "为您保留的单元"),
    Kind.HOLD_RUNS_OUT: _named("Kept units that run out", "Ablaufende Vormerkungen", "即将到期的保留"),
    Kind.HOLD_ENDED: _named("Units kept no more", "Beendete Vormerkungen", "保留已结束"),
    Kind.RENTAL_ASSIGNED: _named("New rentals", "Neue Mieten", "新的租用"),
    Kind.UNIT_CHANGED: _named("Changes of unit", "Wechsel der Einheit", "单元更换"),
    Kind.NOTICE_CONFIRMED: _named("Rentals that end by notice", "Gekündigte Mieten", "租用终止通知"),
    Kind.CHECKLIST_TO_CONFIRM: _named("Checklists to confirm", "Zu bestätigende Protokolle", "待确认的清单"),
    Kind.DEPOSIT_SETTLED: _named("Settled deposits", "Abgerechnete Kautionen", "押金结算"),
    Kind.BADGE_OVERDUE: _named("Overdue keys and badges", "Überfällige Schlüssel und Ausweise", "逾期未还的钥匙和门禁卡"),
    Kind.BOOKING_OUTAGE: _named("Bookings ended by an outage", "Durch Ausfall beendete Buchungen", "因停用而终止的预订"),
    Kind.SLOT_INSTEAD: _named("Other slots after an outage", "Ersatztermine nach einem Ausfall", "停用后的替代时段"),
    Kind.OUTAGE_ANNOUNCED: _named("Outages of what you rent", "Ausfälle von Gemietetem", "所租单元停用"),
    Kind.OUTAGE_OVER: _named("Outages that are over", "Beendete Ausfälle", "停用结束"),
    Kind.SERIES_CANCELLED: _named("Cancelled series", "Stornierte Serien", "系列预订取消"),
    Kind.SITE_CLOSING: _named("Sites that close", "Schließende Standorte", "站点关闭"),
    Kind.OWNER_STATEMENT: _named("Owners' statements", "Eigentümerabrechnungen", "所有者结算单"),
    Kind.OWNER_SHARE: _named("Changed shares of owners", "Geänderte Eigentümeranteile", "所有者分成变更"),
    Kind.SECONDMENT_AGREED: _named("Secondments", "Entsendungen", "人员派驻"),
    Kind.DEAL_OPENED: _named("Pilot deals", "Pilotprojekte", "试点项目"),
    Kind.INVOICE_ISSUED: _named("Invoices", "Rechnungen", "账单"),
    Kind.PAYMENT_RECEIVED: _named("Payments", "Zahlungen", "付款"),
    Kind.INVOICE_CREDITED: _named("Credit notes", "Rechnungskorrekturen", "贷记单"),
    Kind.INVOICE_BLOCKED: _named("Drafts with something missing", "Entwürfe, denen etwas fehlt", "信息不全的草稿"),
    Kind.BILLING_DETAILS_MISSING: _named("Billing details that are missing", "Fehlende Rechnungsdaten", "缺少的账单信息"),
    Kind.BILLING_RUN_HELD: _named("Billing runs that wait for approval", "Abrechnungsläufe, die auf Freigabe warten", "待批准的计费批次"),
    Kind.BILLING_RUN_FINISHED: _named("Billing runs", "Abrechnungsläufe", "计费批次"),
    Kind.PRICE_ADAPTED: _named("Prices that follow an index", "Preise, die einem Index folgen", "随指数调整的价格"),
    Kind.INDEX_VALUE_AWAITED: _named("Index values that are missing", "Fehlende Indexwerte", "缺少的指数值"),
    Kind.CREDIT_ENDS_SOON: _named("Credits that expire soon", "Bald verfallende Guthaben", "即将到期的抵扣额度"),
}
