"""JSONata in the definitions of state machines: what marks an expression, and the pieces that several use."""

from aws_cdk import aws_stepfunctions as sfn


def evaluated(expression: str) -> str:
    """Mark a JSONata expression as one."""
    return f"{{% {expression} %}}"


def quoted(text: str) -> str:
    """Write a text, which may hold CDK tokens but no quotes, as a JSONata string."""
    return f"'{text}'"


def condition(expression: str) -> sfn.Condition:
    """Return the condition of a Choice that holds when a JSONata expression is true."""
    return sfn.Condition.jsonata(evaluated(expression))
