"""What people can mend, said in sentences for them."""

from http import HTTPStatus


class ClientError(Exception):
    """A training job that can't run as it was asked for."""


class DocumentError(ValueError):
    """A body, line or instance that holds no document."""


class RefusedError(Exception):
    """A request that gets an answer other than 200."""

    def __init__(self, status: HTTPStatus, sentence: str, **headers: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = headers


class UnreadError(RefusedError):
    """A request that is refused before its body is read, so that its connection can't go on."""
