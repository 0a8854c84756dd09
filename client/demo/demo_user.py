"""The person who deploys: an IAM user with the documented policy, not the administrator."""

import os

import boto3

from client.deployment import Deployment
from client.policies import render as policies

NAME = "lda-demo"


class Person:
    """An IAM user whose only rights are those of policies/deploy.json.

    Parameters
    ----------
    deployment
        What the person deploys; its session is the administrator's, who makes and removes the user.
    """

    def __init__(self, deployment: Deployment) -> None:
        self._iam = deployment.client("iam")
        self._document = policies.compact(policies.render("deploy", deployment))
        self._administrator = {key: os.environ[key] for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
        self._policy = ""
        self._key = ""

    def appear(self) -> str:
        """Make the user and act as him from now on, in this process and the programs that it runs.

        Returns
        -------
        str
            His ARN, as AWS tells it to himself.
        """
        self._iam.create_user(UserName=NAME)
        made = self._iam.create_policy(PolicyName=NAME, PolicyDocument=self._document)
        self._policy = made["Policy"]["Arn"]
        self._iam.attach_user_policy(UserName=NAME, PolicyArn=self._policy)
        key = self._iam.create_access_key(UserName=NAME)["AccessKey"]
        self._key = key["AccessKeyId"]
        os.environ["AWS_ACCESS_KEY_ID"] = self._key
        os.environ["AWS_SECRET_ACCESS_KEY"] = key["SecretAccessKey"]
        return str(boto3.Session().client("sts").get_caller_identity()["Arn"])

    def vanish(self) -> None:
        """Delete the user, his key and his policy, and act as the administrator again."""
        os.environ.update(self._administrator)
        self._iam.delete_access_key(UserName=NAME, AccessKeyId=self._key)
        self._iam.detach_user_policy(UserName=NAME, PolicyArn=self._policy)
        self._iam.delete_policy(PolicyArn=self._policy)
        self._iam.delete_user(UserName=NAME)
