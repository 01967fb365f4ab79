"""Points at which a proof makes a process die, as if its power had gone: only when the environment names one."""

import os
from enum import StrEnum

VARIABLE = "INCUBATOR_FAULT"


class Point(StrEnum):
    """Where a process can be made to die."""

    RUN_STARTED = "run started, not committed"
    RUN_LISTED = "customers listed, not committed"
    BATCH_LOCKED = "batch locked"
    CHARGES_WRITTEN = "charges written"
    DRAFTS_WRITTEN = "drafts written"
    BATCH_DONE = "batch done, not committed"
    DRAFTS_CLAIMED = "drafts claimed"
    BOOKED = "booked in the ledger"
    NUMBERED = "numbered, not committed"
    DOCUMENT_KEPT = "document kept, not recorded"
    WORK_DONE = "work done, not committed"
    WORK_COMMITTED = "work committed"


def reach(point: Point) -> None:
    """End the process at once, with no clean-up, when this is the point that the environment names."""
    if os.environ.get(VARIABLE) == point:
        os._exit(86)
