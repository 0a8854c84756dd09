"""What the comparison of constants sets, the engine has; and it has it again afterwards."""

import importlib

import pytest

from benchmarks.engine.constants import CHOICES, set_to


@pytest.mark.parametrize("name", CHOICES)
def test_every_constant_is_the_engines_and_its_value_among_the_choices(name: str) -> None:
    module_name, _, constant = name.rpartition(".")
    module = importlib.import_module(f"spectral_lda.{module_name}")
    before = getattr(module, constant)
    assert before in CHOICES[name]
    with set_to(name, "another"):
        assert getattr(module, constant) == "another"
    assert getattr(module, constant) == before
