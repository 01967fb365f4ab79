"""What other packages and the edges may ask of space."""

from incubator.spaces.approvals import decide_booking
from incubator.spaces.badges import IssueTerms, add_badge, issue_badge, lose_badge, return_badge
from incubator.spaces.bookings import BookingTerms, Quote, book_unit, create_booking, quote_booking
from incubator.spaces.calendar_feeds import FeedTerms, create_feed, read_feed, revoke_feed
from incubator.spaces.cancelling import cancel_series, preview_series_cancellation
from incubator.spaces.changing import MoveTerms, cancel_booking, hand_over_booking, leave_note, move_booking, name_companion
from incubator.spaces.check_in import check_in, check_out
from incubator.spaces.checklists import Found, fill_checklist, set_template, sign_checklist, start_checklist
from incubator.spaces.fees import preview_fees
from incubator.spaces.floor_plans import set_floor_plan
from incubator.spaces.machine_events import MachineEvent, record_machine_event
from incubator.spaces.outages import OutageTerms, announce_outage, cancel_outage, change_outage, preview_outage, resolve_outage
from incubator.spaces.owning import OwnerTerms, set_owner, set_share
from incubator.spaces.photos import add_photo, read_photo, remove_photo
from incubator.spaces.places import (
    UNIT_KINDS,
    UnitTerms,
    add_building,
    add_floor,
    add_pool,
    add_room,
    add_unit,
    put_unit_into,
)
from incubator.spaces.policies import set_policy
from incubator.spaces.pools import PoolQuote, PoolTerms, create_pool_booking, quote_pool
from incubator.spaces.presence import enter_area, leave_area
from incubator.spaces.qualifications import grant_qualification, renew_qualification, revoke_qualification, suspend_qualification
from incubator.spaces.rates import RateTerms, add_rate, end_rate, grant_credit, remove_rate
from incubator.spaces.recurring import SeriesTerms, create_series
from incubator.spaces.rental_assigning import AssignTerms, assign_rental
from incubator.spaces.rental_changes import ChangeTerms, NoticePreview, change_unit, extend_rental, give_notice, preview_notice
from incubator.spaces.rental_deposits import settle_rental_deposit
from incubator.spaces.rental_holds import HoldTerms, hold_unit, release_hold
from incubator.spaces.rental_quotes import RentalQuote, RentalWish, quote_rental
from incubator.spaces.rentals import Notice, RentalTerms, bind_contract, start_rental
from incubator.spaces.site_ending import Ended, Reaching, end_past, lock_closing_site, reaching_past
from incubator.spaces.statements import make_statement, schedule_statements
from incubator.spaces.training_sessions import (
    Result,
    SessionTerms,
    cancel_session,
    change_session,
    leave_seat,
    record_results,
    schedule_session,
    take_seat,
)
from incubator.spaces.trainings import (
    RequirementTerms,
    TrainingTerms,
    add_training,
    appoint_trainer,
    change_training,
    dismiss_trainer,
    drop_requirement,
    require_qualification,
)
from incubator.spaces.usage import record_usage, resolve_usage
from incubator.spaces.waiting import accept_slot, join_waiting_list, leave_waiting_list

__all__ = [
    "UNIT_KINDS",
    "AssignTerms",
    "BookingTerms",
    "ChangeTerms",
    "Ended",
    "FeedTerms",
    "Found",
    "HoldTerms",
    "IssueTerms",
    "MachineEvent",
    "MoveTerms",
    "Notice",
    "NoticePreview",
    "OutageTerms",
    "OwnerTerms",
    "PoolQuote",
    "PoolTerms",
    "Quote",
    "RateTerms",
    "Reaching",
    "RentalQuote",
    "RentalTerms",
    "RentalWish",
    "RequirementTerms",
    "Result",
    "SeriesTerms",
    "SessionTerms",
    "TrainingTerms",
    "UnitTerms",
    "accept_slot",
    "add_badge",
    "add_building",
    "add_floor",
    "add_photo",
    "add_pool",
    "add_rate",
    "add_room",
    "add_training",
    "add_unit",
    "announce_outage",
    "appoint_trainer",
    "assign_rental",
    "bind_contract",
    "book_unit",
    "cancel_booking",
    "cancel_outage",
    "cancel_series",
    "cancel_session",
    "change_outage",
    "change_session",
    "change_training",
    "change_unit",
    "check_in",
    "check_out",
    "create_booking",
    "create_feed",
    "create_pool_booking",
    "create_series",
    "decide_booking",
    "dismiss_trainer",
    "drop_requirement",
    "end_past",
    "end_rate",
    "enter_area",
    "extend_rental",
    "fill_checklist",
    "give_notice",
    "grant_credit",
    "grant_qualification",
    "hand_over_booking",
    "hold_unit",
    "issue_badge",
    "join_waiting_list",
    "leave_area",
    "leave_note",
    "leave_seat",
    "leave_waiting_list",
    "lock_closing_site",
    "lose_badge",
    "make_statement",
    "move_booking",
    "name_companion",
    "preview_fees",
    "preview_notice",
    "preview_outage",
    "preview_series_cancellation",
    "put_unit_into",
    "quote_booking",
    "quote_pool",
    "quote_rental",
    "reaching_past",
    "read_feed",
    "read_photo",
    "record_machine_event",
    "record_results",
    "record_usage",
    "release_hold",
    "remove_photo",
    "remove_rate",
    "renew_qualification",
    "require_qualification",
    "resolve_outage",
    "resolve_usage",
    "return_badge",
    "revoke_feed",
    "revoke_qualification",
    "schedule_session",
    "schedule_statements",
    "set_floor_plan",
    "set_owner",
    "set_policy",
    "set_share",
    "set_template",
    "settle_rental_deposit",
    "sign_checklist",
    "start_checklist",
    "start_rental",
    "suspend_qualification",
    "take_seat",
]
