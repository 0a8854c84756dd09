"""Links into AWS's console, as text: in notifications, and in the messages of the state machines."""

from typing import Final

from aws_cdk import Fn, Token

_DOMAIN: Final = "console.aws.amazon.com"
_GOVERNMENT_DOMAIN: Final = "console.amazonaws-us-gov.com"
# The console reads its address twice, so that "/" is percent-encoded twice, with "$" for "%".
_SLASH: Final = "$252F"


def execution_link(region: str, execution_arn: str = "") -> str:
    """Return the link to an execution.

    Parameters
    ----------
    region
        Of the settings.
    execution_arn
        The ARN, or what stands for it, such as an EventBridge field. Without it the link's beginning is
        returned, to which JSONata appends: ``'<beginning>' & $states.context.Execution.Id``.
    """
    return f"{_home(region, 'states')}#/v2/executions/details/{execution_arn}"


def log_group_link(region: str, name: str) -> str:
    """Return the link to a log group.

    Parameters
    ----------
    region
        Of the settings.
    name
        The group's name, which may be a token.
    """
    token = Token.is_unresolved(name)
    encoded = Fn.join(_SLASH, Fn.split("/", name)) if token else name.replace("/", _SLASH)
    return f"{_home(region, 'cloudwatch')}#logsV2:log-groups/log-group/{encoded}"


def _home(region: str, service: str) -> str:
    domain = _GOVERNMENT_DOMAIN if region.startswith("us-gov-") else _DOMAIN
    return f"https://{region}.{domain}/{service}/home?region={region}"
