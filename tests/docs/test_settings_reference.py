"""docs/settings.md lists the settings of stacks/config/settings.py."""

from pathlib import Path

from pydantic.fields import FieldInfo

from stacks.config.setting_types import requirement, value_type
from stacks.config.settings import ENVIRONMENT_DEFAULTS, Settings

PAGE = Path(__file__).parent.parent.parent / "docs" / "settings.md"


def shown(value: object) -> str:
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def type_name(field: FieldInfo) -> str:
    kind, optional = value_type(field.annotation)
    return f"{kind.__name__} or none" if optional else kind.__name__


def row(name: str, field: FieldInfo) -> str:
    dev = field.default
    prod = {**ENVIRONMENT_DEFAULTS["prod"], "environment": "prod"}.get(name, dev)
    values = f"`{shown(dev)}`" if dev == prod else f"`{shown(dev)}`; prod: `{shown(prod)}`"
    limits = f" It must be {requirement(field)}." if requirement(field) else ""
    return f"| `{name}` | {type_name(field)} | {values} | {field.description}{limits} |"


def test_every_setting_is_documented() -> None:
    rows = [row(name, field) for name, field in Settings.model_fields.items()]
    missing = [line for line in rows if line not in PAGE.read_text()]
    assert not missing, "docs/settings.md lacks these lines:\n" + "\n".join(missing)


def test_no_removed_setting_is_documented() -> None:
    documented = {line.split("`")[1] for line in PAGE.read_text().splitlines() if line.startswith("| `")}
    assert documented == set(Settings.model_fields)
