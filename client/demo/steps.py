"""The steps of the demo."""

import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from client.demo import comparison, sample_documents, serving_state
from client.demo.demo_user import DemoUser
from client.demo.local_aws_server import LocalAwsServer
from client.demo.subprocess_runner import SubprocessRunner
from client.demo.terminal import Terminal
from client.deployment import Deployment
from client.errors import UserError
from client.executions.start import start
from client.executions.watch import describe_result, watch
from client.operations import cdk, inventory
from client.operations.destroy import destroy
from client.operations.leftovers import describe_leftovers, leftovers, retained_by_aws
from client.predict import predict
from data_prep import dataset
from data_prep.dataset import upload
from data_prep.matching import match_topics

# Not the default 1.0; the model predicts no worse, by the promotion rules.
SECOND_ALPHA0 = 0.5


class Steps:
    """The steps between the start and the end of the local AWS, in the order of the methods.

    Parameters
    ----------
    folder
        The folder of logs, plots and data.
    terminal
        Prints the results.
    runner
        Runs the cdk command line.
    server
        The local AWS.
    """

    deployment: Deployment
    sample: sample_documents.Sample

    def __init__(
        self, folder: Path, terminal: Terminal, runner: SubprocessRunner, server: LocalAwsServer
    ) -> None:
        self._folder = folder
        self._print, self._print_truncated = terminal.print, terminal.print_truncated
        self._runner = runner
        self._server = server
        self._inventories: list[inventory.Inventory] = []

    def show_versions(self) -> None:
        """Print the versions of Python and cdk."""
        version = self._runner.run("version", ["cdk", "--version"]).strip()
        self._print(f"Python {platform.python_version()}, cdk {version}")

    def start_aws(self) -> None:
        """Start the local AWS; create the demo's user and act as it."""
        self._server.start()
        self._user = DemoUser(Deployment())
        arn = self._user.create()
        self.deployment = Deployment()
        self._print(f"{os.environ['AWS_ENDPOINT_URL']}, acting as {arn}")

    def deploy(self) -> None:
        """Bootstrap and deploy, with an inventory before each."""
        self._collect_inventory("before the bootstrap")
        self._cdk("bootstrap")
        self._collect_inventory("after the bootstrap")
        self._cdk("deploy", "--all", "--require-approval", "never")
        self._print(f"Deployed: {', '.join(self.deployment.stack_names)}")
        self._print(serving_state.describe(serving_state.get_serving_state(self.deployment)))

    def generate_documents(self) -> None:
        """Generate, describe and plot the documents."""
        self.sample = sample_documents.generate()
        self._print(sample_documents.describe_sample(self.sample))
        self._print_plot("Documents", sample_documents.save_documents_plot(self.sample, self._folder))

    def upload(self) -> None:
        """Write both splits as a dataset with its manifest, and upload it."""
        bucket = self.deployment.output("Storage", "DataBucketName")
        name = sample_documents.NAME
        source = f"Griffiths-Steyvers bars, seed {sample_documents.SEED}, made by the demo"
        dataset.write(self._folder, name, self.sample.train, self.sample.test, source=source)
        manifest = upload.upload(self._folder, name, bucket, s3=self.deployment.client("s3"))
        self._print(sample_documents.describe_upload(manifest, bucket))

    def train(self, **fields: Any) -> str:
        """Run an execution and follow it; return the address of the model."""
        execution = start(self.deployment, fields)
        result = watch(self.deployment, execution, report=self._print_truncated)
        if not result.succeeded:
            raise UserError("\n".join(describe_result(result)))
        name = result.output["training_job"]
        job = self.deployment.client("sagemaker").describe_training_job(TrainingJobName=name)
        metrics = {metric["MetricName"]: metric["Value"] for metric in job["FinalMetricDataList"]}
        self._print(f"{name}: {job['TrainingJobStatus']}, {metrics}")
        self._print(f"Evaluation: {result.output['reason']}")
        if not result.output["promoted"]:
            raise UserError("The model was not promoted, so the demo can't continue.")
        return str(result.output["model_data_url"])

    def show_promotion(self) -> None:
        """Print the state of the Serving stack, and the processes behind the endpoint."""
        self._print(serving_state.describe(serving_state.get_serving_state(self.deployment)))
        processes = self._server.container_processes()
        self._print("\n".join(f"Process:         {process}" for process in processes))

    def compare(self, model_data_url: str) -> None:
        """Compare the learned topics and the endpoint's mixtures with the known ones."""
        learned, order = self._learned_topics(model_data_url)
        first_mixtures = predict(self.deployment, self.sample.train[:10])[:, order]
        test_mixtures = predict(self.deployment, self.sample.test)[:, order]
        beta = comparison.compute_errors(self.sample.beta, learned)
        theta = comparison.compute_errors(self.sample.test_mixtures, test_mixtures)
        self._print("Ten training documents, with optimally matched topics:")
        self._print(comparison.mixtures_table(self.sample.mixtures[:10], first_mixtures))
        self._print(f"\nErrors of 10 topics, and of the mixtures of {len(test_mixtures)} test documents:")
        self._print(comparison.error_table(beta, theta))
        self._print_plot(
            "Known and learned topics",
            sample_documents.save_topics_plot(self.sample.beta, learned, self._folder),
        )

    def retrain(self, model_data_url: str) -> None:
        """Promote a second model; check that it answers, and that the first one's resources are deleted."""
        before = serving_state.get_serving_state(self.deployment)
        first_mixture = self._first_mixture(model_data_url)
        second_url = self.train(alpha0=SECOND_ALPHA0)
        after = serving_state.get_serving_state(self.deployment)
        second_mixture = self._first_mixture(second_url)
        self._print(serving_state.describe(after))
        serving_state.check_replaced(before, after)
        self._print("The endpoint retained its name; the first model and its config are deleted.")
        self._print("The mixture of the first document (%):")
        mixtures = {"known": self.sample.mixtures[0], "before": first_mixture, "now": second_mixture}
        self._print(comparison.answers_table(mixtures))
        if np.array_equal(first_mixture, second_mixture):
            raise UserError("The endpoint answers as it did before the second model was promoted.")
        self._check_no_drift()

    def destroy(self) -> None:
        """Destroy, check that nothing is left, and delete the demo's user."""
        destroy(
            self.deployment,
            report=self._print,
            run_command=lambda command: self._run_command(command, "destroy"),
        )
        self._collect_inventory("after destroying")
        _, before, after = self._inventories
        left = leftovers(before, after)
        self._user.delete()
        if left:
            raise UserError("\n".join(["Resources are left over:", *describe_leftovers(left)]))
        self._print("Nothing is left except the bootstrap's resources and those that AWS retains:")
        self._print("\n".join(retained_by_aws(before, after)))

    def _learned_topics(self, model_data_url: str) -> tuple[Any, Any]:
        """Return a model's topics in the order of the known ones, and that order."""
        beta = serving_state.download_model(self.deployment, model_data_url, self._folder).beta
        order = match_topics(self.sample.beta, beta)
        return beta[order], order

    def _first_mixture(self, model_data_url: str) -> Any:
        """Return the endpoint's mixture of the first document, in the order of the known topics."""
        _, order = self._learned_topics(model_data_url)
        return predict(self.deployment, self.sample.train[:1])[0][order]

    def _print_plot(self, title: str, file: Path) -> None:
        self._print(f"\n{title} as a plot: {os.path.relpath(file)}")

    def _check_no_drift(self) -> None:
        output = self._cdk("deploy", "--all", "--require-approval", "never", log="deploy-again")
        changed = [name for name in self.deployment.stack_names if f"{name} (no changes)" not in output]
        if changed:
            raise UserError(
                f"cdk deploy --all changed {', '.join(changed)}: a promotion must not cause drift."
            )
        self._cdk("diff", "--fail")
        self._print("cdk deploy --all after it: no changes. cdk diff: no differences.")

    def _collect_inventory(self, when: str) -> None:
        self._inventories.append(inventory.collect(self.deployment))
        self._print(f"Inventory {when}: {inventory.summarize(self._inventories[-1])}")

    def _cdk(self, verb: str, *arguments: str, log: str = "") -> str:
        return self._run_command(cdk.command(self.deployment, verb, *arguments), log or verb)

    def _run_command(self, command: Sequence[str], log: str) -> str:
        return self._runner.run(log, [*command, "--output", str(self._folder / "cdk.out")])
