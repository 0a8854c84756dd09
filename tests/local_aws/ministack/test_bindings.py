from collections.abc import Callable

import pytest

from local_aws.ministack import bindings
from local_aws.ministack.binding import Binding, MissingBindingError

PRESENT = "services.s3:_buckets"
PLACES = ("core.iam_evaluator:validate_role_arn", "core.arn:parse_arn")


class TwoPlaces:
    both = Binding[Callable[[], str]](*PLACES)


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> TwoPlaces:
    """A table whose binding has two places; both are restored after the test."""
    for module, attribute in TwoPlaces.both.places():
        monkeypatch.setattr(module, attribute, getattr(module, attribute))
    return TwoPlaces()


def test_every_binding_exists_in_the_pinned_ministack() -> None:
    bindings.check()


@pytest.mark.parametrize("place", ["services.s3:_no_such_name", "services.no_such_module:name"])
@pytest.mark.parametrize("before", [(), (PRESENT,)])
def test_a_missing_binding_is_reported_with_its_place_and_the_version(
    place: str, before: tuple[str, ...]
) -> None:
    class Table:
        missing = Binding[object](*before, place)

    with pytest.raises(MissingBindingError) as caught:
        bindings.check(Table)
    assert str(caught.value).startswith(f"ministack 1.5.33 has no {place.replace(':', '.')}, which local_aws")


def test_a_binding_of_an_instance_is_the_current_value(table: TwoPlaces) -> None:
    (module, attribute), _ = TwoPlaces.both.places()
    assert table.both is getattr(module, attribute)
    TwoPlaces.both.wrap(lambda _original: lambda: "wrapped")
    assert table.both() == "wrapped"


def test_wrap_replaces_every_place(table: TwoPlaces) -> None:
    original = table.both
    TwoPlaces.both.wrap(lambda replaced: lambda: str(replaced is original))
    assert [getattr(module, attribute)() for module, attribute in TwoPlaces.both.places()] == ["True"] * 2
