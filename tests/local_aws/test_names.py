import pytest

from local_aws import names


def test_every_name_is_there_in_the_pinned_ministack() -> None:
    names.check()


@pytest.mark.parametrize("place", ["services.s3:_no_such_name", "services.no_such_module:name"])
@pytest.mark.parametrize("before", [(), ("services.s3:_buckets",)])
def test_a_missing_name_is_said_with_the_version(
    monkeypatch: pytest.MonkeyPatch, place: str, before: tuple[str, ...]
) -> None:
    monkeypatch.setitem(names.NAMES, "missing", (*before, place))
    with pytest.raises(names.MissingHookError) as caught:
        names.check()
    assert str(caught.value).startswith(f"ministack 1.5.33 has no {place.replace(':', '.')}, which local_aws")


def test_a_wrapper_replaces_every_place(monkeypatch: pytest.MonkeyPatch) -> None:
    places = ("core.iam_evaluator:validate_role_arn", "core.arn:parse_arn")
    for place in places:
        module, attribute = names._place(place)
        monkeypatch.setattr(module, attribute, getattr(module, attribute))
    monkeypatch.setitem(names.NAMES, "both", places)
    names.wrap("both", lambda _original: "wrapped")
    assert [getattr(*names._place(place)) for place in places] == ["wrapped", "wrapped"]
