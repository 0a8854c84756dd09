"""The chapters of the demo: each calls the part that does it, and says what came of it."""

import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from client import cdk, inventory
from client.deployment import Deployment
from client.destroy import destroy
from client.errors import SayableError
from client.leftovers import excused, leftovers, tell
from client.predict import predict
from client.story import comparison, documents, hosting
from client.story.machine import Machine
from client.story.person import Person
from client.story.programs import Programs
from client.story.terminal import Terminal
from client.train import start
from client.watch import tell as tell_ending
from client.watch import watch
from data_prep import dataset
from data_prep.dataset import upload
from data_prep.matching import match_topics

# Another prior than the default 1.0, whose model is within the gate's tolerance of the first one's pwll.
OTHER_ALPHA0 = 0.5


class Chapters:
    """What happens between a machine's start and its end, in the order of the methods.

    Parameters
    ----------
    folder
        Where logs, pictures and the data go.
    terminal
        Where it is told.
    programs
        Runs the cdk command line.
    machine
        The AWS that it happens in.
    """

    deployment: Deployment
    sample: documents.Sample

    def __init__(self, folder: Path, terminal: Terminal, programs: Programs, machine: Machine) -> None:
        self._folder = folder
        self._say, self._briefly = terminal.say, terminal.say_briefly
        self._programs = programs
        self._machine = machine
        self._inventories: list[inventory.Inventory] = []

    def show_versions(self) -> None:
        """Say which Python and which cdk were installed."""
        version = self._programs.run("version", ["cdk", "--version"]).strip()
        self._say(f"Python {platform.python_version()}, cdk {version}")

    def start_aws(self) -> None:
        """Start the machine; from here on act as the person who deploys."""
        self._machine.start()
        self._person = Person(Deployment())
        arn = self._person.appear()
        self.deployment = Deployment()
        self._say(f"{os.environ['AWS_ENDPOINT_URL']}, acting as {arn}")

    def deploy(self) -> None:
        """Bootstrap and deploy, with an inventory before each."""
        self._take_inventory("before the bootstrap")
        self._cdk("bootstrap")
        self._take_inventory("after the bootstrap")
        self._cdk("deploy", "--all", "--require-approval", "never")
        self._say(f"Deployed: {', '.join(self.deployment.stacks)}")
        self._say(hosting.tell(hosting.look(self.deployment)))

    def make_documents(self) -> None:
        """Make and show the documents."""
        self.sample = documents.make()
        self._say(documents.introduce(self.sample))
        self._show_picture("The same", documents.draw(self.sample, self._folder))

    def upload(self) -> None:
        """Encode both splits, lay them out with their manifest, and upload."""
        bucket = self.deployment.output("Storage", "DataBucketName")
        source = f"Griffiths-Steyvers bars, seed {documents.SEED}, made by the demo"
        dataset.write(self._folder, documents.NAME, self.sample.train, self.sample.test, source=source)
        manifest = upload.upload(self._folder, documents.NAME, bucket, s3=self.deployment.client("s3"))
        self._say(documents.tell(manifest, bucket))

    def train(self, **fields: Any) -> str:
        """Run the state machine and watch it; return the model's address."""
        ending = watch(self.deployment, start(self.deployment, fields), say=self._briefly)
        if not ending.succeeded:
            raise SayableError("\n".join(tell_ending(ending)))
        name = ending.output["training_job"]
        job = self.deployment.client("sagemaker").describe_training_job(TrainingJobName=name)
        metrics = {metric["MetricName"]: metric["Value"] for metric in job["FinalMetricDataList"]}
        self._say(f"{name}: {job['TrainingJobStatus']}, {metrics}")
        self._say(f"Evaluation: {ending.output['reason']}")
        if not ending.output["promoted"]:
            raise SayableError("The model was not promoted, so the story can't go on.")
        return str(ending.output["model_data_url"])

    def show_promotion(self) -> None:
        """Say what CloudFormation made of the Serving stack's parameter, and what answers now."""
        self._say(hosting.tell(hosting.look(self.deployment)))
        self._say("\n".join(f"Answering:       {program}" for program in self._machine.programs_in_it()))

    def compare(self, model_data_url: str) -> None:
        """Set the learned topics and the endpoint's answers beside the known ones."""
        learned, order = self._learned(model_data_url)
        ten = predict(self.deployment, self.sample.train[:10])[:, order]
        answers = predict(self.deployment, self.sample.test)[:, order]
        beta = comparison.errors(self.sample.beta, learned)
        theta = comparison.errors(self.sample.test_mixtures, answers)
        self._say("Ten training documents, their topics matched optimally:")
        self._say(comparison.mixtures_table(self.sample.mixtures[:10], ten))
        self._say(f"\nErrors of 10 topics, and of the mixtures of {len(answers)} test documents:")
        self._say(comparison.error_table(beta, theta))
        self._show_picture(
            "Known and learned topics", documents.draw_topics(self.sample.beta, learned, self._folder)
        )

    def retrain(self, model_data_url: str) -> None:
        """Promote another model; show that the endpoint answers otherwise and that nothing old stayed."""
        before, answer = hosting.look(self.deployment), self._answer(model_data_url)
        other_url = self.train(alpha0=OTHER_ALPHA0)
        after, other = hosting.look(self.deployment), self._answer(other_url)
        self._say(hosting.tell(after))
        hosting.check_replaced(before, after)
        self._say(
            "The endpoint kept its name; the old model and config are gone. The first document's mixture:"
        )
        mixtures = {"known": self.sample.mixtures[0], "before": answer, "now": other}
        self._say(comparison.answers_table(mixtures))
        if np.array_equal(answer, other):
            raise SayableError("The endpoint answers as it did before the second model was promoted.")
        self._check_no_changes()

    def destroy(self) -> None:
        """Destroy, check that nothing is left, and let the person vanish."""
        destroy(self.deployment, say=self._say, run=lambda command: self._run(command, "destroy"))
        self._take_inventory("after destroying")
        left = leftovers(self._inventories[1], self._inventories[2])
        self._person.vanish()
        if left:
            raise SayableError("\n".join(["Something is left:", *tell(left)]))
        self._say("Nothing is left but what the bootstrap made and what AWS itself keeps for the account:")
        self._say("\n".join(excused(self._inventories[1], self._inventories[2])))

    def _learned(self, model_data_url: str) -> tuple[Any, Any]:
        """Fetch the topics of a model in the order of the known ones, and that order."""
        beta = hosting.learned_model(self.deployment, model_data_url, self._folder).beta
        order = match_topics(self.sample.beta, beta)
        return beta[order], order

    def _answer(self, model_data_url: str) -> Any:
        """Ask the endpoint for the first document's mixture, in the order of the known topics."""
        return predict(self.deployment, self.sample.train[:1])[0][self._learned(model_data_url)[1]]

    def _show_picture(self, what: str, file: Path) -> None:
        self._say(f"\n{what} as a picture: {os.path.relpath(file)}")

    def _check_no_changes(self) -> None:
        printed = self._cdk("deploy", "--all", "--require-approval", "never", log="deploy-again")
        changed = [stack for stack in self.deployment.stacks if f"{stack} (no changes)" not in printed]
        if changed:
            raise SayableError(
                f"cdk deploy --all changed {', '.join(changed)}: a promotion must be no drift."
            )
        self._cdk("diff", "--fail")
        self._say("cdk deploy --all after it: no changes. cdk diff: no differences.")

    def _take_inventory(self, when: str) -> None:
        self._inventories.append(inventory.take(self.deployment))
        self._say(f"Inventory {when}: {inventory.summary(self._inventories[-1])}")

    def _cdk(self, verb: str, *arguments: str, log: str = "") -> str:
        return self._run(cdk.command(self.deployment, verb, *arguments), log or verb)

    def _run(self, command: Sequence[str], log: str) -> str:
        return self._programs.run(log, [*command, "--output", str(self._folder / "cdk.out")])
