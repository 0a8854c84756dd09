"""A typed name for a private attribute of ministack."""

import importlib
from collections.abc import Callable, Iterator
from importlib.metadata import version
from types import ModuleType
from typing import Generic, TypeVar, overload

T = TypeVar("T")


class MissingBindingError(RuntimeError):
    """The installed ministack lacks an attribute; the message names the attribute and the version."""


class Binding(Generic[T]):
    """An attribute of one of ministack's modules, with its type.

    It is a descriptor: read from an instance of its class, it is the attribute's current value, of type T.
    Read from the class, it is the binding itself, with `wrap` and `locations`.

    Parameters
    ----------
    location
        "services.iam:_roles": the module below ``ministack``, and the attribute.
    *copies
        The other modules that have imported the attribute by name, as "module:attribute" too.
    """

    def __init__(self, location: str, *copies: str) -> None:
        self._locations = (location, *copies)

    @overload
    def __get__(self, instance: None, owner: type) -> "Binding[T]": ...

    @overload
    def __get__(self, instance: object, owner: type) -> T: ...

    def __get__(self, instance: object | None, owner: type) -> "Binding[T] | T":
        if instance is None:
            return self
        module, attribute = _locate(self._locations[0])
        value: T = getattr(module, attribute)
        return value

    def locations(self) -> Iterator[tuple[ModuleType, str]]:
        """Yield every module that has the attribute, with the attribute's name.

        Raises
        ------
        MissingBindingError
            If a module or its attribute is missing.
        """
        return map(_locate, self._locations)

    def wrap(self, around: Callable[[T], T]) -> None:
        """Replace the attribute by ``around(attribute)``, in every module that has it."""
        locations = list(self.locations())
        module, attribute = locations[0]
        replacement = around(getattr(module, attribute))
        for module, attribute in locations:
            setattr(module, attribute, replacement)


def _locate(location: str) -> tuple[ModuleType, str]:
    path, _, attribute = location.partition(":")
    try:
        module = importlib.import_module(f"ministack.{path}")
    except ImportError as error:
        raise _missing(location) from error
    if not hasattr(module, attribute):
        raise _missing(location)
    return module, attribute


def _missing(location: str) -> MissingBindingError:
    return MissingBindingError(
        f"ministack {version('ministack')} has no {location.replace(':', '.')}, which local_aws depends on. "
        "Install the version that requirements.txt pins (make install)."
    )
