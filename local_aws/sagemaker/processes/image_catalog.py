"""The images file: the program to run in place of each container image."""

import fnmatch
import re
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local_aws.sagemaker.core.errors import ServiceError, invalid

KEYS = {"pattern", "train", "serve", "metrics"}


class BadImagesFileError(ValueError):
    """The images file is invalid; the message names the place and the reason."""


@dataclass(frozen=True)
class Image:
    """The program to run in place of a container image.

    Parameters
    ----------
    pattern
        A shell pattern that the image's whole URI must match.
    train, serve
        The program and its arguments; empty if the image has none.
    metrics
        Name of a metric -> expression whose first group is its value in a log line.
    """

    pattern: str
    train: tuple[str, ...]
    serve: tuple[str, ...]
    metrics: dict[str, re.Pattern[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class ImageCatalog:
    """The images of an images file."""

    path: Path
    images: tuple[Image, ...]

    @property
    def working_directory(self) -> Path:
        """The folder in which programs start: the parent of the file's folder."""
        return self.path.resolve().parent.parent

    def find(self, uri: str) -> Image:
        """Return the first image whose pattern matches.

        Raises
        ------
        ServiceError
            No pattern matches the URI.
        """
        for image in self.images:
            if fnmatch.fnmatchcase(uri, image.pattern):
                return image
        raise self._unknown(uri)

    def metrics(self, uri: str) -> dict[str, re.Pattern[str]]:
        """Return the metric definitions of an image."""
        return self.find(uri).metrics

    def program(self, uri: str, purpose: str) -> tuple[str, ...]:
        """Return the program that an image runs, to ``train`` or to ``serve``.

        Raises
        ------
        ServiceError
            The image is unknown or has no such program.
        """
        image = self.find(uri)
        program = image.train if purpose == "train" else image.serve
        if not program:
            raise invalid(f"The image {uri} has no program to {purpose}: {self.path} lists none for it.")
        return program

    def _unknown(self, uri: str) -> ServiceError:
        known = ", ".join(image.pattern for image in self.images) or "none"
        return invalid(
            f"The image {uri} is unknown to the local AWS: no pattern of {self.path} matches it ({known}). "
            "Add an [[image]] with its program."
        )


def load(path: Path) -> ImageCatalog:
    """Read an images file.

    Parameters
    ----------
    path
        A TOML file of ``[[image]]`` tables with ``pattern``, ``train``, ``serve`` and ``metrics``.

    Raises
    ------
    BadImagesFileError
        The file doesn't exist, isn't TOML, or has other content; the message names the place.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadImagesFileError(f"The images file {path} can't be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadImagesFileError(f"The images file {path} is not TOML: {error}.") from error
    tables = document.get("image")
    if set(document) != {"image"} or not isinstance(tables, list) or not tables:
        raise BadImagesFileError(f"The images file {path} must contain only [[image]] tables.")
    return ImageCatalog(path, tuple(_image(path, number, table) for number, table in enumerate(tables, 1)))


def _image(path: Path, number: int, table: Any) -> Image:
    where = f"{path}, image {number}"
    if not isinstance(table, dict) or not isinstance(table.get("pattern"), str):
        raise BadImagesFileError(f"{where}: pattern must be a string that image URIs are compared with.")
    unknown = sorted(set(table) - KEYS)
    if unknown:
        raise BadImagesFileError(
            f"{where}: {', '.join(unknown)} is unknown; known are {', '.join(sorted(KEYS))}."
        )
    train, serve = (_program(where, purpose, table.get(purpose, [])) for purpose in ("train", "serve"))
    if not train and not serve:
        raise BadImagesFileError(f"{where}: it has no program; add train, serve or both.")
    return Image(table["pattern"], train, serve, _metrics(where, table.get("metrics", {})))


def _program(where: str, purpose: str, words: Any) -> tuple[str, ...]:
    if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
        raise BadImagesFileError(
            f'{where}: {purpose} must be a list of words, such as ["python", "-m", "{purpose}"].'
        )
    if words[:1] == ["python"]:
        return (sys.executable, *words[1:])
    return tuple(words)


def _metrics(where: str, expressions: Any) -> dict[str, re.Pattern[str]]:
    if not isinstance(expressions, dict):
        raise BadImagesFileError(f"{where}: metrics must map a metric's name to an expression.")
    compiled = {}
    for name, expression in expressions.items():
        try:
            compiled[name] = re.compile(expression)
        except (re.error, TypeError) as error:
            raise BadImagesFileError(
                f"{where}: the expression of the metric {name} is invalid: {error}."
            ) from error
        if compiled[name].groups < 1:
            raise BadImagesFileError(
                f"{where}: the expression of the metric {name} needs a group for its value."
            )
    return compiled
