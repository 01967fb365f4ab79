"""What other packages and the edges may ask of space."""

from incubator.spaces.approvals import decide_booking
from incubator.spaces.bookings import BookingTerms, PoolTerms, Quote, create_booking, create_pool_booking, quote_booking
from incubator.spaces.calendar_feeds import FeedTerms, create_feed, read_feed, revoke_feed
from incubator.spaces.cancelling import cancel_series, preview_series_cancellation
from incubator.spaces.changing import MoveTerms, cancel_booking, hand_over_booking, leave_note, move_booking
from incubator.spaces.check_in import check_in, check_out
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
from incubator.spaces.rates import RateTerms, add_rate, end_rate, grant_credit, remove_rate
from incubator.spaces.recurring import SeriesTerms, create_series
from incubator.spaces.rentals import RentalTerms, bind_contract, start_rental
from incubator.spaces.statements import make_statement, schedule_statements
from incubator.spaces.usage import record_usage, resolve_usage
from incubator.spaces.waiting import accept_slot, join_waiting_list, leave_waiting_list

__all__ = [
    "UNIT_KINDS",
    "BookingTerms",
    "FeedTerms",
    "MachineEvent",
    "MoveTerms",
    "OutageTerms",
    "OwnerTerms",
    "PoolTerms",
    "Quote",
    "RateTerms",
    "RentalTerms",
    "SeriesTerms",
    "UnitTerms",
    "accept_slot",
    "add_building",
    "add_floor",
    "add_photo",
    "add_pool",
    "add_rate",
    "add_room",
    "add_unit",
    "announce_outage",
    "bind_contract",
    "cancel_booking",
    "cancel_outage",
    "cancel_series",
    "change_outage",
    "check_in",
    "check_out",
    "create_booking",
    "create_feed",
    "create_pool_booking",
    "create_series",
    "decide_booking",
    "end_rate",
    "grant_credit",
    "hand_over_booking",
    "join_waiting_list",
    "leave_note",
    "leave_waiting_list",
    "make_statement",
    "move_booking",
    "preview_fees",
    "preview_outage",
    "preview_series_cancellation",
    "put_unit_into",
    "quote_booking",
    "read_feed",
    "read_photo",
    "record_machine_event",
    "record_usage",
    "remove_photo",
    "remove_rate",
    "resolve_outage",
    "resolve_usage",
    "revoke_feed",
    "schedule_statements",
    "set_floor_plan",
    "set_owner",
    "set_policy",
    "set_share",
    "start_rental",
]
