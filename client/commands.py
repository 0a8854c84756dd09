"""What each command does: parsed arguments in, data on stdout, talk on stderr, an exit code out."""

import json
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict

from client import destroy as destroying
from client import history as remembering
from client import inventory, policies
from client import leftovers as remains
from client import predict as predicting
from client import status as looking
from client import train as training
from client import watch as watching
from client.deployment import Deployment
from client.errors import SayableError
from client.watch import say_on_stderr as say
from data_prep.inputs import loading

FIELDS = (
    "dataset",
    "num_topics",
    "alpha0",
    "max_restarts",
    "max_iterations",
    "tol",
    "promote",
    "minimum_pwll",
    "require_promotion",
    "dry_run",
)
TRANSFORM_FIELDS = ("dataset", "split", "prefix", "training_job")


def train(arguments: Namespace) -> int:
    """Start an execution with the fields that were given, and follow it unless told otherwise."""
    return _start(arguments, _given(arguments, FIELDS))


def promote(arguments: Namespace) -> int:
    """Start an execution that promotes the model of an earlier training job, and follow it."""
    return _start(arguments, {"promote_training_job": arguments.training_job})


def transform(arguments: Namespace) -> int:
    """Start an execution of bulk scoring, and follow it unless told otherwise."""
    return _start(arguments, _given(arguments, TRANSFORM_FIELDS), machine=training.TRANSFORM)


def history(arguments: Namespace) -> int:
    """Print every evaluated model, the newest first."""
    entries = remembering.read(_deployment(arguments))
    if arguments.json:
        print(json.dumps([asdict(entry) for entry in entries]))
    else:
        print("\n".join(remembering.tell(entries)))
    return 0


def watch(arguments: Namespace) -> int:
    """Follow the execution that was named, or the last one."""
    deployment = _deployment(arguments)
    execution = arguments.execution or training.latest(deployment)
    if execution is None:
        raise SayableError(f"{deployment.prefix} has no execution yet: run python -m client train.")
    return _follow(deployment, execution, as_json=arguments.json)


def predict(arguments: Namespace) -> int:
    """Print the topic mixture of each document of a file."""
    try:
        documents = loading.load(arguments.documents)
    except ValueError as error:
        raise SayableError(str(error)) from error
    mixtures = predicting.predict(_deployment(arguments), documents).tolist()
    if arguments.json:
        print(json.dumps({"predictions": [{"topic_mixture": mixture} for mixture in mixtures]}))
    else:
        print("\n".join(",".join(f"{value:.6g}" for value in mixture) for mixture in mixtures))
    return 0


def status(arguments: Namespace) -> int:
    """Print what is deployed, running and served."""
    found = looking.look(_deployment(arguments))
    print(json.dumps(asdict(found)) if arguments.json else "\n".join(looking.tell(found)))
    return 0


def destroy(arguments: Namespace) -> int:
    """Take the deployment away."""
    deployment = _deployment(arguments)
    destroying.destroy(deployment)
    say(f"{deployment.prefix} is destroyed. To check that nothing is left: python -m client leftovers")
    return 0


def leftovers(arguments: Namespace) -> int:
    """Print the inventory, or what is left of the deployment; 1 when anything is."""
    deployment = _deployment(arguments)
    now = inventory.take(deployment)
    if arguments.inventory:
        print(json.dumps(now, indent=2))
        return 0
    if arguments.before:
        left = remains.leftovers(inventory.read(arguments.before), now)
    else:
        left = remains.owned(deployment, now)
    if arguments.json:
        print(json.dumps(left))
    else:
        print("\n".join(remains.tell(left)) or f"Nothing is left of {deployment.prefix}.")
    return 1 if left else 0


def policy(arguments: Namespace) -> int:
    """Print an IAM policy, filled in for this deployment, account and region."""
    print(json.dumps(policies.render(arguments.policy, _deployment(arguments)), indent=2))
    return 0


def _deployment(arguments: Namespace) -> Deployment:
    return Deployment(arguments.name, arguments.environment)


def _given(arguments: Namespace, fields: Sequence[str]) -> dict[str, training.Field]:
    """Return the fields that stood on the command line."""
    given = {field: getattr(arguments, field) for field in fields}
    return {key: _alone(value) for key, value in given.items() if value is not None}


def _start(
    arguments: Namespace, fields: dict[str, training.Field], *, machine: str = training.TRAINING
) -> int:
    deployment = _deployment(arguments)
    execution = training.start(deployment, fields, machine=machine)
    say(f"started {execution}")
    if arguments.no_watch:
        print(json.dumps({"execution": execution}) if arguments.json else execution)
        return 0
    return _follow(deployment, execution, as_json=arguments.json)


def _alone(value: training.Field) -> training.Field:
    """Take the only value of a list, which is no sweep, out of it."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _follow(deployment: Deployment, execution: str, *, as_json: bool) -> int:
    ending = watching.watch(deployment, execution, say=say)
    for line in watching.tell(ending):
        say(line)
    if as_json:
        print(json.dumps(asdict(ending)))
    elif ending.succeeded:
        print(json.dumps(ending.output, indent=2))
    return 0 if ending.succeeded else 1
