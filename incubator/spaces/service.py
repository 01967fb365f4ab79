"""What other packages and the edges may ask of space."""

from incubator.spaces.approvals import decide_booking
from incubator.spaces.bookings import BookingTerms, PoolTerms, Quote, create_booking, create_pool_booking, quote_booking
from incubator.spaces.changing import MoveTerms, cancel_booking, hand_over_booking, leave_note, move_booking, name_companion
from incubator.spaces.check_in import check_in, check_out
from incubator.spaces.fees import preview_fees
from incubator.spaces.floor_plans import set_floor_plan
from incubator.spaces.machine_events import MachineEvent, record_machine_event
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
from incubator.spaces.presence import enter_area, leave_area
from incubator.spaces.qualifications import grant_qualification, renew_qualification, revoke_qualification, suspend_qualification
from incubator.spaces.rates import RateTerms, add_rate, end_rate, grant_credit, remove_rate
from incubator.spaces.recurring import SeriesTerms, create_series
from incubator.spaces.rentals import RentalTerms, bind_contract, start_rental
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
from incubator.spaces.usage import record_usage, resolve_usage, set_out_of_order
from incubator.spaces.waiting import accept_slot, join_waiting_list, leave_waiting_list

__all__ = [
    "UNIT_KINDS",
    "BookingTerms",
    "MachineEvent",
    "MoveTerms",
    "OwnerTerms",
    "PoolTerms",
    "Quote",
    "RateTerms",
    "RentalTerms",
    "RequirementTerms",
    "Result",
    "SeriesTerms",
    "SessionTerms",
    "TrainingTerms",
    "UnitTerms",
    "accept_slot",
    "add_building",
    "add_floor",
    "add_photo",
    "add_pool",
    "add_rate",
    "add_room",
    "add_training",
    "add_unit",
    "appoint_trainer",
    "bind_contract",
    "cancel_booking",
    "cancel_session",
    "change_session",
    "change_training",
    "check_in",
    "check_out",
    "create_booking",
    "create_pool_booking",
    "create_series",
    "decide_booking",
    "dismiss_trainer",
    "drop_requirement",
    "end_rate",
    "enter_area",
    "grant_credit",
    "grant_qualification",
    "hand_over_booking",
    "join_waiting_list",
    "leave_area",
    "leave_note",
    "leave_seat",
    "leave_waiting_list",
    "make_statement",
    "move_booking",
    "name_companion",
    "preview_fees",
    "put_unit_into",
    "quote_booking",
    "read_photo",
    "record_machine_event",
    "record_results",
    "record_usage",
    "remove_photo",
    "remove_rate",
    "renew_qualification",
    "require_qualification",
    "resolve_usage",
    "revoke_qualification",
    "schedule_session",
    "schedule_statements",
    "set_floor_plan",
    "set_out_of_order",
    "set_owner",
    "set_policy",
    "set_share",
    "start_rental",
    "suspend_qualification",
    "take_seat",
]
