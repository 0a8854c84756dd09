"""What all tests have in common: how hypothesis looks for counterexamples."""

from hypothesis import HealthCheck, settings

# Its profile for continuous integration: the same examples in every run, and none has to be quick. Others are
# drawn by `pytest --hypothesis-profile default`. A fixture that is made once for all examples is meant so.
settings.register_profile(
    "repository",
    settings.get_profile("ci"),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("repository")
