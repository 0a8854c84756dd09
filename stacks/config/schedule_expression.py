"""What EventBridge Scheduler takes for a schedule: rate(...), cron(...) or at(...), checked at synthesis.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import re
from datetime import datetime
from typing import Final

from stacks.config.knobs import Check

_MONTHS: Final = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
_DAYS: Final = "SUN|MON|TUE|WED|THU|FRI|SAT"
_YEAR: Final = "19[7-9][0-9]|20[0-9][0-9]|21[0-9][0-9]"
_DAY_OF_MONTH: Final = "0?[1-9]|[12][0-9]|3[01]"
_ANY_DAY: Final = r"\?"


def expression() -> Check:
    """Accept what EventBridge Scheduler accepts."""
    return Check(
        is_expression,
        "a schedule of EventBridge: rate(7 days), cron(0 3 ? * MON *) or at(2027-01-31T03:00:00)",
    )


def is_expression(text: str) -> bool:
    """Whether EventBridge Scheduler would take a text for a schedule."""
    found = re.fullmatch(r"(rate|cron|at)\((.+)\)", text)
    return found is not None and _CHECKS[found.group(1)](found.group(2))


def _is_rate(text: str) -> bool:
    return re.fullmatch("[1-9][0-9]* (minute|hour|day)s?", text) is not None


def _is_moment(text: str) -> bool:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S").isoformat() == text  # noqa: DTZ007 -- a time zone is a setting of its own
    except ValueError:
        return False


def _is_cron(text: str) -> bool:
    fields = text.split(" ")
    if len(fields) != len(_FIELDS):
        return False
    # "You can't use * in both the day-of-month and day-of-week fields": one of them is a question mark.
    return (fields[2] == "?") != (fields[4] == "?") and all(
        re.fullmatch(pattern, field) for pattern, field in zip(_FIELDS, fields, strict=True)
    )


def _field(number: str, *, alone: str = "") -> str:
    """Return the pattern of a field: numbers, ranges, steps, lists of them, or what stands `alone`."""
    part = rf"(\*|({number})(-({number}))?)(/[0-9]+)?"
    return rf"{part}(,{part})*" + (f"|{alone}" if alone else "")


_FIELDS: Final = (
    _field("[0-5]?[0-9]"),
    _field("[01]?[0-9]|2[0-3]"),
    _field(_DAY_OF_MONTH, alone=rf"{_ANY_DAY}|L|LW|({_DAY_OF_MONTH})W"),
    _field(f"0?[1-9]|1[0-2]|{_MONTHS}"),
    _field(f"[1-7]|{_DAYS}", alone=rf"{_ANY_DAY}|([1-7]|{_DAYS})?L|([1-7]|{_DAYS})#[1-5]"),
    _field(_YEAR),
)
_CHECKS: Final = {"rate": _is_rate, "cron": _is_cron, "at": _is_moment}
