from collections.abc import Callable

import pytest

from local_aws.ministack import bindings
from local_aws.ministack.binding import Binding, MissingBindingError

PRESENT = "services.s3:_buckets"
PLACES = ("core.iam_evaluator:validate_role_arn", "core.arn:parse_arn")


class TwoLocations:
    both = Binding[Callable[[], str]](*PLACES)


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> TwoLocations:
    """A table whose binding has two locations; both are restored after the test."""
    for module, attribute in TwoLocations.both.locations():
        monkeypatch.setattr(module, attribute, getattr(module, attribute))
    return TwoLocations()


def test_every_binding_exists_in_the_pinned_ministack() -> None:
    bindings.check()


@pytest.mark.parametrize("location", ["services.s3:_no_such_name", "services.no_such_module:name"])
@pytest.mark.parametrize("before", [(), (PRESENT,)])
def test_a_missing_binding_is_reported_with_its_location_and_the_version(
    location: str, before: tuple[str, ...]
) -> None:
    class Table:
        missing = Binding[object](*before, location)

    with pytest.raises(MissingBindingError) as caught:
        bindings.check(Table)
    assert str(caught.value).startswith(
        f"ministack 1.5.33 has no {location.replace(':', '.')}, which local_aws"
    )


def test_a_binding_of_an_instance_is_the_current_value(table: TwoLocations) -> None:
    (module, attribute), _ = TwoLocations.both.locations()
    assert table.both is getattr(module, attribute)
    TwoLocations.both.wrap(lambda _original: lambda: "wrapped")
    assert table.both() == "wrapped"


def test_wrap_replaces_every_location(table: TwoLocations) -> None:
    original = table.both
    TwoLocations.both.wrap(lambda replaced: lambda: str(replaced is original))
    assert [getattr(module, attribute)() for module, attribute in TwoLocations.both.locations()] == [
        "True"
    ] * 2
