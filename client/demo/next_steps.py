"""The final message of a demo that was kept running: commands to continue by hand, and to end it."""

import os

from client.demo.local_aws_server import LocalAwsServer
from client.deployment import Deployment


def next_steps(server: LocalAwsServer, deployment: Deployment) -> str:
    """Return the commands to continue with a demo that was kept running.

    Parameters
    ----------
    server
        The local AWS, which is left running.
    deployment
        The deployment in it.
    """
    bucket = deployment.output("Storage", "DataBucketName")
    return f"""
Everything is left running. To continue by hand, in this folder:

  export PATH="$PWD/.venv/bin:$PWD/node_modules/.bin:$PATH"
  eval "$({server.command("env")})"  # as the administrator of this AWS

  aws s3 ls --recursive s3://{bucket}/
  aws logs describe-log-streams --log-group-name /aws/sagemaker/TrainingJobs
  aws sagemaker describe-endpoint --endpoint-name {deployment.prefix}
  cdk --no-notices diff
  python -m client status
  python -m client train --num-topics 10 --alpha0 2
  python -m client predict {os.path.relpath(server.state.parent)}/datasets/griffiths/test/part-00000.pbr
  python -c 'import boto3; print(boto3.client("sagemaker").list_models()["Models"])'

To stop the local AWS and start it again, with its state:

  {server.command("down")}
  {server.command("up", "--port", str(server.port))}

To destroy the deployment, and then delete the local AWS:

  python -m client destroy && python -m client leftovers
  {server.delete_command}
"""
