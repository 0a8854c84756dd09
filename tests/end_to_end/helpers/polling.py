"""Waiting for a condition."""

import time
from typing import Any


def wait_until(condition: Any, *, seconds: float = 120) -> Any:
    """Poll a condition until it is true and return its value; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"The condition is still false after {seconds} s."
        time.sleep(0.2)
    return value
