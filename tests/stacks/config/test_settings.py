"""Settings are typed and checked, and a mistake is refused with a sentence."""

import re

import pytest

from stacks.config.settings import ENVIRONMENT_DEFAULTS, Settings, SettingsError, load_settings


def test_without_context_the_settings_are_those_of_dev() -> None:
    settings = load_settings({})
    assert settings == Settings()
    assert (settings.training_instance_type, settings.training_volume_gb) == ("ml.c4.2xlarge", 50)
    assert settings.training_max_runtime_seconds == 3600
    assert (settings.endpoint_instance_type, settings.endpoint_instance_count) == ("ml.c4.xlarge", 1)
    assert not settings.endpoint_scales


def test_prod_retains_its_data_and_scales_its_endpoint() -> None:
    settings = load_settings({"environment": "prod"})
    assert settings.retain_data
    assert settings.endpoint_scales


@pytest.mark.parametrize("environment", ENVIRONMENT_DEFAULTS)
def test_the_defaults_of_an_environment_are_settings_of_their_types(environment: str) -> None:
    settings = load_settings({"environment": environment})
    for name, value in ENVIRONMENT_DEFAULTS[environment].items():
        assert (getattr(settings, name), type(getattr(settings, name))) == (value, type(value))


@pytest.mark.parametrize("retain", [True, "true"])
def test_a_setting_is_overridden_with_text_or_json_of_its_type(retain: object) -> None:
    settings = load_settings(
        {"num_topics": "20", "alpha0": "0.5", "minimum_pwll": "-3", "retain_data": retain}
    )
    assert (settings.num_topics, settings.alpha0, settings.minimum_pwll) == (20, 0.5, -3.0)
    assert settings.retain_data is True


def test_an_override_leaves_the_other_defaults_of_the_environment() -> None:
    settings = load_settings({"environment": "prod", "num_topics": 3})
    assert settings.retain_data
    assert settings.num_topics == 3


def test_an_override_replaces_the_default_of_the_environment() -> None:
    assert load_settings({"environment": "prod", "retain_data": "false"}).retain_data is False


def test_the_text_none_resets_an_optional_setting() -> None:
    assert load_settings({"minimum_pwll": "none"}).minimum_pwll is None


def test_context_of_the_cdk_is_ignored() -> None:
    context = {"aws:cdk:enable-path-metadata": True, "@aws-cdk/core:checkSecretUsage": True}
    assert load_settings(context) == Settings()


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
            "the key must be in us-east-1.",
        ),
    ],
)
def test_a_mistake_is_refused_with_a_sentence(context: dict[str, object], sentence: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(sentence)):
        load_settings(context)


def test_the_refusal_of_an_unknown_setting_lists_the_known_ones() -> None:
    with pytest.raises(SettingsError) as refusal:
        load_settings({"colour": "red"})
    assert all(name in str(refusal.value) for name in Settings.model_fields)


def test_the_refusal_of_a_region_without_lda_lists_those_with_it_and_names_the_open_algorithm() -> None:
    with pytest.raises(SettingsError, match=r"isn't offered in eu-north-1.*us-west-2.*-c algorithm=open"):
        load_settings({"region": "eu-north-1"})


def test_the_open_container_runs_in_any_region() -> None:
    assert load_settings({"region": "eu-north-1", "algorithm": "open"}).region == "eu-north-1"


def test_the_open_container_trains_on_several_instances() -> None:
    context = {"training_instance_count": "3", "algorithm": "open"}
    assert load_settings(context).training_instance_count == 3


def test_every_setting_has_a_sentence_as_its_description() -> None:
    for name, field in Settings.model_fields.items():
        assert re.fullmatch(r"[A-Z].{15,}\.", field.description or ""), name


def test_a_stack_is_named_after_its_environment_and_after_a_name_other_than_lda() -> None:
    assert load_settings({}).stack_name("Storage") == "DevStorage"
    assert load_settings({"environment": "prod"}).stack_name("Serving") == "ProdServing"
    assert load_settings({"name": "alice"}).stack_name("Storage") == "alice-DevStorage"
    assert load_settings({"name": "alice"}).prefix == "alice-dev"


@pytest.mark.parametrize(
    "expression",
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
def test_an_expression_of_eventbridge_scheduler_is_a_schedule(expression: str) -> None:
    assert Settings(schedule=expression).schedule == expression


@pytest.mark.parametrize(
    "text",
    [
        "",
        "every monday",
        "rate(0 minutes)",
        "rate(7 weeks)",
        "rate(7days)",
        "at(2027-01-31)",
        "at(2027-1-31T03:00:00)",
        "cron(0 3 * * *)",
        "cron(0 3 * * * *)",
        "cron(0 3 ? * ? *)",
        "cron(0 3 * * ? *) ",
    ],
)
def test_a_text_of_another_form_is_refused_with_the_setting_and_examples(text: str) -> None:
    with pytest.raises(SettingsError, match=r"The setting schedule is .*rate\(7 days\), cron\("):
        Settings(schedule=text)
