"""The errors that the services return, with AWS's codes and wording."""

from typing import Any


class ServiceError(Exception):
    """The error response to a call.

    Parameters
    ----------
    code
        AWS's name of the error, such as ``ValidationException``.
    message
        One sentence for the caller.
    status
        The HTTP status.
    fields
        Further members of the error's shape, such as ``OriginalStatusCode``.
    """

    def __init__(self, code: str, message: str, status: int = 400, **fields: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.fields = fields


class JobFailedError(Exception):
    """A training or transform job has failed; the message becomes its FailureReason."""


def invalid(message: str) -> ServiceError:
    """Return SageMaker's and Application Auto Scaling's error for an invalid input."""
    return ServiceError("ValidationException", message)


def could_not_find(kind: str, arn: str) -> ServiceError:
    """Return SageMaker's error for a missing model, endpoint configuration or endpoint."""
    return invalid(f'Could not find {kind} "{arn}".')


def already_exists(kind: str, arn: str) -> ServiceError:
    """Return SageMaker's error for the name of an existing model, endpoint configuration or endpoint."""
    return invalid(f'Cannot create already existing {kind} "{arn}".')
