"""What the run's model is called."""

import hashlib


def name(prefix: str, execution_arn: str) -> str:
    """Return the name of the run's model, with which the names of its transform jobs begin.

    The function delete_model says the same: it finds by it what an execution that was aborted left.
    """
    return f"{prefix}-transform-{hashlib.sha256(execution_arn.encode()).hexdigest()[:8]}"
