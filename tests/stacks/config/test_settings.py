"""Settings are typed and checked, and a mistake is a sentence."""

import re
from dataclasses import fields

import pytest

from stacks.config.knobs import SettingsError
from stacks.config.settings import ENVIRONMENTS, KNOBS, Settings, load


def test_without_context_it_is_dev_with_the_specified_instances() -> None:
    settings = load({})
    assert settings == ENVIRONMENTS["dev"]
    assert (settings.training_instance_type, settings.training_volume_gb) == ("ml.c4.2xlarge", 50)
    assert settings.training_max_runtime_seconds == 3600
    assert (settings.endpoint_instance_type, settings.endpoint_instance_count) == ("ml.c4.xlarge", 1)
    assert not settings.scales


def test_prod_keeps_its_data_and_grows() -> None:
    settings = load({"environment": "prod"})
    assert settings.retain_data
    assert settings.scales


@pytest.mark.parametrize("retain", [True, "true"])
def test_a_knob_is_overridden_with_text_or_json_of_its_type(retain: object) -> None:
    settings = load({"num_topics": "20", "alpha0": "0.5", "minimum_pwll": "-3", "retain_data": retain})
    assert (settings.num_topics, settings.alpha0, settings.minimum_pwll) == (20, 0.5, -3.0)
    assert settings.retain_data is True


def test_an_override_leaves_the_other_values_of_its_environment() -> None:
    settings = load({"environment": "prod", "num_topics": 3})
    assert settings.retain_data
    assert settings.num_topics == 3


def test_none_takes_an_optional_knob_back() -> None:
    assert load({"minimum_pwll": "none"}).minimum_pwll is None


def test_the_cdks_own_context_is_let_through() -> None:
    context = {"aws:cdk:enable-path-metadata": True, "@aws-cdk/core:checkSecretUsage": True}
    assert load(context) == ENVIRONMENTS["dev"]


@pytest.mark.parametrize(
    ("context", "sentence"),
    [
        ({"num_topic": "3"}, "There is no setting num_topic. The settings are environment, name, region, "),
        ({"environment": "qa"}, "The setting environment is 'qa'; it must be one of dev, prod."),
        ({"environment": 1}, "The setting environment is 1; it must be a text that isn't empty."),
        ({"num_topics": "ten"}, "The setting num_topics is 'ten'; it must be a whole number."),
        ({"num_topics": "1.5"}, "The setting num_topics is '1.5'; it must be a whole number."),
        ({"num_topics": True}, "The setting num_topics is True; it must be a whole number."),
        ({"num_topics": 0}, "The setting num_topics is 0; it must be at least 1."),
        ({"alpha0": "nan"}, "The setting alpha0 is 'nan'; it must be a number."),
        ({"alpha0": "0"}, "The setting alpha0 is 0.0; it must be between 1e-09 and 1000000000."),
        ({"alpha0": "1e10"}, "it must be between 1e-09 and 1000000000."),
        ({"tol": 0}, "The setting tol is 0.0; it must be greater than 0."),
        ({"minimum_pwll": "low"}, "The setting minimum_pwll is 'low'; it must be a number or none."),
        ({"retain_data": "yes"}, "The setting retain_data is 'yes'; it must be true or false."),
        ({"log_retention_days": 2}, "The setting log_retention_days is 2; it must be one of 1, 3, 5, "),
        ({"promotion_timeout_seconds": 10_801}, "it must be between 60 and 10800."),
        ({"training_volume_gb": 0}, "it must be between 1 and 16384."),
        ({"name": "Alice"}, "it must be 1 to 12 lower-case letters and digits, a letter first."),
        (
            {"endpoint_instance_type": "c5.large"},
            "it must be a SageMaker instance type such as ml.c5.xlarge.",
        ),
        ({"when_not_comparable": "ask"}, "it must be one of promote, hold."),
        ({"notification_email": "me"}, "it must be an e-mail address."),
        ({"endpoint_instance_count": 2}, "it must be at least endpoint_instance_count, which is 2."),
        ({"training_instance_count": 0, "algorithm": "open"}, "it must be between 1 and 100."),
        (
            {"training_instance_count": 2},
            "The setting training_instance_count is 2, but SageMaker's built-in LDA trains on one instance.",
        ),
        ({"region": "mars"}, "it must be an AWS region such as us-east-1."),
        (
            {"kms_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/1"},
            "the key must lie in us-east-1.",
        ),
    ],
)
def test_a_mistake_is_a_sentence(context: dict[str, object], sentence: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(sentence)):
        load(context)


def test_an_unknown_setting_is_answered_with_every_known_one() -> None:
    with pytest.raises(SettingsError) as refusal:
        load({"colour": "red"})
    assert all(field.name in str(refusal.value) for field in fields(Settings))


def test_a_region_without_lda_is_answered_with_those_that_have_it_and_the_way_out() -> None:
    with pytest.raises(SettingsError, match=r"isn't offered in eu-north-1.*us-west-2.*-c algorithm=open"):
        load({"region": "eu-north-1"})


def test_the_open_container_runs_in_any_region() -> None:
    assert load({"region": "eu-north-1", "algorithm": "open"}).region == "eu-north-1"


def test_the_open_container_trains_on_several_instances() -> None:
    assert load({"training_instance_count": "3", "algorithm": "open"}).training_instance_count == 3


def test_every_setting_is_a_knob_with_a_sentence_of_documentation() -> None:
    assert set(KNOBS) == {field.name for field in fields(Settings)}
    for name, knob in KNOBS.items():
        assert re.fullmatch(r"[A-Z].{15,}\.", knob.documentation), name


def test_stacks_are_named_after_their_environment_and_another_name_stands_in_front() -> None:
    assert load({}).stack_name("Storage") == "DevStorage"
    assert load({"environment": "prod"}).stack_name("Serving") == "ProdServing"
    assert load({"name": "alice"}).stack_name("Storage") == "alice-DevStorage"
    assert load({"name": "alice"}).prefix == "alice-dev"
