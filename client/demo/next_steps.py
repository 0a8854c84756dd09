"""What a person reads when the demo is kept: how to go on by hand, and how to end it."""

import os

from client.demo.local_aws_server import Machine
from client.deployment import Deployment


def farewell(machine: Machine, deployment: Deployment) -> str:
    """Say how to go on with a kept demo.

    Parameters
    ----------
    machine
        The AWS that is left running.
    deployment
        What is deployed there.
    """
    bucket = deployment.output("Storage", "DataBucketName")
    return f"""
Everything is left running. To go on by hand, in this folder:

  export PATH="$PWD/.venv/bin:$PWD/node_modules/.bin:$PATH"
  eval "$({machine.command("env")})"  # as the administrator of this AWS

  aws s3 ls --recursive s3://{bucket}/
  aws logs describe-log-streams --log-group-name /aws/sagemaker/TrainingJobs
  aws sagemaker describe-endpoint --endpoint-name {deployment.prefix}
  cdk --no-notices diff
  python -m client status
  python -m client train --num-topics 10 --alpha0 2
  python -m client predict {os.path.relpath(machine.state.parent)}/datasets/griffiths/test/part-00000.pbr
  python -c 'import boto3; print(boto3.client("sagemaker").list_models()["Models"])'

To stop it and start it again, with everything in it:

  {machine.command("down")}
  {machine.command("up", "--port", str(machine.port), "--images", "container/local-images.toml")}

To tear the deployment down, and then to forget the machine:

  python -m client destroy && python -m client leftovers
  {machine.forget}
"""
