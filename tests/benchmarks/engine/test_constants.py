"""The constants of the engine that the comparison changes."""

import importlib

import pytest

from benchmarks.engine.constants import CHOICES, set_to


@pytest.mark.parametrize("name", CHOICES)
def test_every_constant_exists_its_value_is_among_the_choices_and_it_is_restored(name: str) -> None:
    module_name, _, constant = name.rpartition(".")
    module = importlib.import_module(f"spectral_lda.{module_name}")
    before = getattr(module, constant)
    assert before in CHOICES[name]
    with set_to(name, "another"):
        assert getattr(module, constant) == "another"
    assert getattr(module, constant) == before
