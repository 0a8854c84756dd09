import pytest

from local_aws.ministack import bindings


def test_every_name_is_there_in_the_pinned_ministack() -> None:
    bindings.check()


@pytest.mark.parametrize("place", ["services.s3:_no_such_name", "services.no_such_module:name"])
@pytest.mark.parametrize("before", [(), ("services.s3:_buckets",)])
def test_a_missing_name_is_said_with_the_version(
    monkeypatch: pytest.MonkeyPatch, place: str, before: tuple[str, ...]
) -> None:
    monkeypatch.setitem(bindings.NAMES, "missing", (*before, place))
    with pytest.raises(bindings.MissingHookError) as caught:
        bindings.check()
    assert str(caught.value).startswith(f"ministack 1.5.33 has no {place.replace(':', '.')}, which local_aws")


def test_a_wrapper_replaces_every_place(monkeypatch: pytest.MonkeyPatch) -> None:
    places = ("core.iam_evaluator:validate_role_arn", "core.arn:parse_arn")
    for place in places:
        module, attribute = bindings._place(place)
        monkeypatch.setattr(module, attribute, getattr(module, attribute))
    monkeypatch.setitem(bindings.NAMES, "both", places)
    bindings.wrap("both", lambda _original: "wrapped")
    assert [getattr(*bindings._place(place)) for place in places] == ["wrapped", "wrapped"]
