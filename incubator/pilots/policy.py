"""Rules of pilot deals: which stage follows which."""

from enum import StrEnum

from incubator.pilots.errors import LossNeedsReason, StageNotReachable


class Stage(StrEnum):
    """Where a deal stands, in order."""

    INTRODUCTION = "introduction"
    NDA = "nda"
    SCOPING = "scoping"
    NEGOTIATION = "negotiation"
    SIGNED = "signed"
    RUNNING = "running"
    COMPLETED = "completed"
    FOLLOW_ON = "follow_on"
    LOST = "lost"


_PATH = (Stage.INTRODUCTION, Stage.NDA, Stage.SCOPING, Stage.NEGOTIATION, Stage.SIGNED, Stage.RUNNING, Stage.COMPLETED, Stage.FOLLOW_ON)
OPEN_STAGES = frozenset({*_PATH[:6]})


def next_stages(stage: Stage) -> list[Stage]:
    """Return where a deal can go: one stage on, one stage back before it is signed, or lost while it is open."""
    if stage in (Stage.LOST, Stage.FOLLOW_ON):
        return []
    place = _PATH.index(stage)
    back = [_PATH[place - 1]] if 0 < place < _PATH.index(Stage.SIGNED) else []
    return [_PATH[place + 1], *back, *([Stage.LOST] if stage in OPEN_STAGES else [])]


def require_move(stage: Stage, to_stage: Stage, reason: str) -> None:
    """Accept a move that the stage allows.

    Raises:
        StageNotReachable: it skips stages or leaves an ended deal.
        LossNeedsReason: a loss without a reason.
    """
    if to_stage not in next_stages(stage):
        raise StageNotReachable(stage=stage.value, allowed=[s.value for s in next_stages(stage)], path=("input", "toStage"))
    if to_stage is Stage.LOST and not reason.strip():
        raise LossNeedsReason(path=("input", "reason"))
