"""Links into the AWS console, for notifications and messages of the state machines."""

from typing import Final

from aws_cdk import Fn, Token

_DOMAIN: Final = "console.aws.amazon.com"
_GOVERNMENT_DOMAIN: Final = "console.amazonaws-us-gov.com"
# The console decodes its address twice, so "/" is percent-encoded twice, with "$" for "%".
_SLASH: Final = "$252F"


def execution_link(region: str, execution_arn: str = "") -> str:
    """Return the link to an execution.

    Parameters
    ----------
    region
        The region of the deployment.
    execution_arn
        The ARN or a token of it, such as an EventBridge field. By default the link ends where JSONata appends
        the ARN: ``'<link>' & $states.context.Execution.Id``.
    """
    return f"{_home(region, 'states')}#/v2/executions/details/{execution_arn}"


def log_group_link(region: str, name: str) -> str:
    """Return the link to a log group.

    Parameters
    ----------
    region
        The region of the deployment.
    name
        The name of the log group, which may be a token.
    """
    token = Token.is_unresolved(name)
    encoded = Fn.join(_SLASH, Fn.split("/", name)) if token else name.replace("/", _SLASH)
    return f"{_home(region, 'cloudwatch')}#logsV2:log-groups/log-group/{encoded}"


def _home(region: str, service: str) -> str:
    domain = _GOVERNMENT_DOMAIN if region.startswith("us-gov-") else _DOMAIN
    return f"https://{region}.{domain}/{service}/home?region={region}"
