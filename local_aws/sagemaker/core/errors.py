"""The errors that the services answer, with AWS's codes and wording."""

from typing import Any


class ServiceError(Exception):
    """What a call is answered when it is refused.

    Parameters
    ----------
    code
        AWS's name of the error, such as ``ValidationException``.
    message
        One sentence for whoever made the call.
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


def invalid(message: str) -> ServiceError:
    """SageMaker's and Application Auto Scaling's answer to an input that makes no sense."""
    return ServiceError("ValidationException", message)


def could_not_find(what: str, arn: str) -> ServiceError:
    """SageMaker's answer about a model, a configuration or an endpoint that isn't there."""
    return invalid(f'Could not find {what} "{arn}".')


def already_exists(what: str, arn: str) -> ServiceError:
    """SageMaker's answer when the name of a model, a configuration or an endpoint is taken."""
    return invalid(f'Cannot create already existing {what} "{arn}".')
