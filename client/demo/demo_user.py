"""The demo's IAM user, with the documented policy instead of administrator permissions."""

import os

from client.deployment import Deployment
from client.policies.render import compact, render
from data_prep.aws_session import aws_session

NAME = "lda-demo"


class DemoUser:
    """An IAM user whose only policy is client/policies/deploy.json.

    Parameters
    ----------
    deployment
        The deployment that the policy allows. Its session is the administrator's, who creates and deletes the
        user.
    """

    def __init__(self, deployment: Deployment) -> None:
        self._iam = deployment.client("iam")
        self._document = compact(render("deploy", deployment))
        self._administrator = {key: os.environ[key] for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
        self._policy_arn = ""
        self._access_key_id = ""

    def create(self) -> str:
        """Create the user, and use its credentials in this process and its subprocesses.

        Returns
        -------
        str
            The user's ARN, from GetCallerIdentity.
        """
        self._iam.create_user(UserName=NAME)
        response = self._iam.create_policy(PolicyName=NAME, PolicyDocument=self._document)
        self._policy_arn = response["Policy"]["Arn"]
        self._iam.attach_user_policy(UserName=NAME, PolicyArn=self._policy_arn)
        key = self._iam.create_access_key(UserName=NAME)["AccessKey"]
        self._access_key_id = key["AccessKeyId"]
        os.environ["AWS_ACCESS_KEY_ID"] = self._access_key_id
        os.environ["AWS_SECRET_ACCESS_KEY"] = key["SecretAccessKey"]
        return str(aws_session().client("sts").get_caller_identity()["Arn"])

    def delete(self) -> None:
        """Delete the user, its access key and its policy; use the administrator's credentials again."""
        os.environ.update(self._administrator)
        self._iam.delete_access_key(UserName=NAME, AccessKeyId=self._access_key_id)
        self._iam.detach_user_policy(UserName=NAME, PolicyArn=self._policy_arn)
        self._iam.delete_policy(PolicyArn=self._policy_arn)
        self._iam.delete_user(UserName=NAME)
