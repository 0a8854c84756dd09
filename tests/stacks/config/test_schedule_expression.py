"""The setting schedule takes what EventBridge Scheduler takes, and refuses the rest with a sentence."""

import pytest

from stacks.config.knobs import SettingsError
from stacks.config.schedule_expression import is_expression
from stacks.config.settings import Settings


@pytest.mark.parametrize(
    "text",
    [
        "rate(1 minute)",
        "rate(12 hours)",
        "rate(7 days)",
        "at(2027-01-31T03:00:00)",
        "cron(0 3 * * ? *)",
        "cron(0 3 ? * MON *)",
        "cron(15 10 ? * 6L 2022-2030)",
        "cron(0/15 8-17 ? * MON-FRI *)",
        "cron(0 18 L 1,JUL ? *)",
        "cron(30 9 15W * ? 2026)",
        "cron(0 0 ? * TUE#1 *)",
    ],
)
def test_what_the_scheduler_takes_is_taken(text: str) -> None:
    assert is_expression(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "every monday",
        "rate(0 minutes)",
        "rate(7 weeks)",
        "rate(7days)",
        "at(2027-02-30T03:00:00)",
        "at(2027-01-31)",
        "at(2027-1-31T03:00:00)",
        "cron(0 3 * * *)",
        "cron(0 3 * * * *)",
        "cron(0 3 ? * ? *)",
        "cron(60 3 * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 3 32 * ? *)",
        "cron(0 3 * 13 ? *)",
        "cron(0 3 ? * MONDAY *)",
        "cron(0 3 * * ? 26)",
        "cron(0 3 * * ? *) ",
    ],
)
def test_what_it_refuses_is_refused_at_synthesis_with_the_setting_and_examples(text: str) -> None:
    with pytest.raises(SettingsError, match=r"The setting schedule is .*rate\(7 days\), cron\("):
        Settings(schedule=text)
