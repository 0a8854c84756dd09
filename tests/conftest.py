"""Settings of all tests: the hypothesis profile, the order of modules and the ids of parameters."""

import pytest
from hypothesis import HealthCheck, settings

# Modules that take minutes, mostly waiting. They start first, while other modules use the processors.
LONGEST_MODULES = ("test_least_privilege.py", "test_demo.py", "test_triggers.py")

# The profile for continuous integration uses the same examples in every run and has no deadline.
# `pytest --hypothesis-profile default` draws new ones. Fixtures are shared by all examples of a test.
settings.register_profile(
    "repository",
    settings.get_profile("ci"),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("repository")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name bytes by their length: gzip data contains a time, and all processes must collect the same ids."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Move the longest modules to the front; the others keep their order."""
    order = {name: position for position, name in enumerate(LONGEST_MODULES)}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))
