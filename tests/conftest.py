"""What all tests have in common: how hypothesis looks for counterexamples, and what bytes are called."""

from hypothesis import HealthCheck, settings

# Its profile for continuous integration: the same examples in every run, and none has to be quick. Others are
# drawn by `pytest --hypothesis-profile default`. A fixture that is made once for all examples is meant so.
settings.register_profile(
    "repository",
    settings.get_profile("ci"),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("repository")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name bytes by their length: gzip's hold the time, and all processes must find the same tests."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None
