import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.resource_names import is_open_model, job_name_base, model_key, training_job_of

ARN = "arn:aws:states:us-east-1:123456789012:execution:M:e"


@given(name=st.text(min_size=1, max_size=80))
def test_a_job_name_is_valid_with_any_candidate_and_attempt(name: str) -> None:
    base = job_name_base("abcdefghijkl-prod", name, ARN)
    assert re.fullmatch(r"abcdefghijkl-prod(-[a-z0-9][a-z0-9-]{0,23})?-[0-9a-f]{8}", base)
    assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", f"{base}-40-99")


def test_a_job_name_follows_the_documented_pattern() -> None:
    name = "0DDBA11_cafe--0000-1111-2222-333344445555"
    assert job_name_base("lda-dev", name, ARN) == "lda-dev-0ddba11-cafe-0000-1111-2-3c57a72d"


def test_executions_with_similar_names_have_different_jobs() -> None:
    names = ("run_1", "run-1", "RUN 1")
    assert len({job_name_base("lda-dev", name, f"{ARN}:{name}") for name in names}) == 3


@pytest.mark.parametrize("algorithm", ["built-in", "open"])
def test_the_url_of_a_model_has_its_job_and_its_algorithm(algorithm: str) -> None:
    url = f"s3://bucket/{model_key('job', algorithm)}"
    assert training_job_of(url) == "job"
    assert is_open_model(url) == (algorithm == "open")


@pytest.mark.parametrize("url", ["", "s3://bucket/model.tar.gz", "s3://bucket/models/x/model.tar.gz"])
def test_other_urls_have_no_job(url: str) -> None:
    assert training_job_of(url) is None
    assert not is_open_model(url)
