"""docs/settings.md is what stacks/settings.py says."""

import typing
from pathlib import Path

from stacks.config.knobs import Knob
from stacks.config.settings import ENVIRONMENTS, KNOBS, Settings

PAGE = Path(__file__).parent.parent.parent / "docs" / "settings.md"


def shown(value: object) -> str:
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def type_name(name: str) -> str:
    hint = typing.get_type_hints(Settings)[name]
    parts = [part.__name__ for part in typing.get_args(hint) or (hint,)]
    return " or ".join("none" if part == "NoneType" else part for part in parts)


def row(name: str, knob: Knob) -> str:
    dev, prod = (shown(getattr(ENVIRONMENTS[environment], name)) for environment in ("dev", "prod"))
    values = f"`{dev}`" if dev == prod else f"`{dev}`; prod: `{prod}`"
    bound = "" if knob.check.words == "set" else f" It must be {knob.check.words}."
    return f"| `{name}` | {type_name(name)} | {values} | {knob.documentation}{bound} |"


def test_every_setting_is_documented_as_it_is() -> None:
    rows = [row(name, knob) for name, knob in KNOBS.items()]
    missing = [line for line in rows if line not in PAGE.read_text()]
    assert not missing, "docs/settings.md lacks these lines:\n" + "\n".join(missing)


def test_no_setting_is_documented_that_is_gone() -> None:
    documented = {line.split("`")[1] for line in PAGE.read_text().splitlines() if line.startswith("| `")}
    assert documented == set(KNOBS)
