"""Rules of secondments: values in, refusals out."""

from datetime import date

from incubator.kernel import checks
from incubator.secondments.errors import DayInTheFuture, DayOutsideSecondment, DayTooLong

MINUTES_A_DAY = 24 * 60
CATEGORIES = ("work", "meeting", "travel", "training", "other")
COST_MODELS = ("sponsored", "shared", "charged")


def require_day(worked_on: date, starts_on: date, ends_on: date, today: date) -> None:
    """Accept a day of the secondment that has begun at the site.

    Raises:
        DayOutsideSecondment: it is not one of its days.
        DayInTheFuture: it has not come yet.
    """
    if not starts_on <= worked_on <= ends_on:
        raise DayOutsideSecondment(starts_on=starts_on, ends_on=ends_on, path=("input", "workedOn"))
    if worked_on > today:
        raise DayInTheFuture(today=today, path=("input", "workedOn"))


def require_minutes(minutes: int, logged_minutes: int) -> None:
    """Accept minutes of a day that together with what is logged do not pass 24 hours.

    Raises:
        OutOfRange: not 1 to 1440.
        DayTooLong: more than 24 hours together.
    """
    checks.between(minutes, "minutes", 1, MINUTES_A_DAY, path=("input", "minutes"))
    if logged_minutes + minutes > MINUTES_A_DAY:
        raise DayTooLong(logged_minutes=logged_minutes, path=("input", "minutes"))
