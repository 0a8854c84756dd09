import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3
import pytest

from local_aws.process.child_processes import Record

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


def client(service: str, exports: dict[str, str]) -> Any:
    make: Any = boto3.client
    return make(
        service,
        endpoint_url=exports["AWS_ENDPOINT_URL"],
        region_name=exports["AWS_REGION"],
        aws_access_key_id=exports["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=exports["AWS_SECRET_ACCESS_KEY"],
    )


def open_files(pid: int) -> Iterator[str]:
    """What a process has open; it may open and close more meanwhile."""
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            yield str(link.readlink())


def listening(pid: int) -> set[str]:
    """The addresses that a process listens on, as /proc/net writes them."""
    inodes = {
        target.removeprefix("socket:[").removesuffix("]")
        for target in open_files(pid)
        if target.startswith("socket:")
    }
    lines = [
        line.split()
        for file in ("tcp", "tcp6", "udp", "udp6")
        for line in Path(f"/proc/{pid}/net/{file}").read_text().splitlines()[1:]
    ]
    return {line[1].partition(":")[0] for line in lines if line[9] in inodes and line[3] in {"0A", "07"}}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, new_command: Any) -> Iterator[Any]:
    """A command line whose server runs, for tests that leave it running."""
    command = new_command(tmp_path_factory.mktemp("running"))
    started = command.up()
    assert started.stdout.startswith(f"AWS runs at http://127.0.0.1:{command.port} (pid "), started.stderr
    yield command
    command("down", "--delete")


def test_up_of_what_runs_says_so(running: Any) -> None:
    assert running.status()["running"]
    again = running.up()
    assert (again.returncode, again.stdout.startswith("AWS already runs at")) == (0, True)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's list of sockets")
def test_nothing_but_the_loopback_is_bound(running: Any) -> None:
    assert listening(running.status()["pid"]) == {"0100007F"}


def test_env_is_what_the_tools_need_and_stays_readable_for_the_shell(running: Any) -> None:
    exports = json.loads(running("env", "--json").stdout)
    assert client("sts", exports).get_caller_identity()["Account"] == "123456789012"
    script = running("env").stdout + 'echo "$AWS_ENDPOINT_URL"'
    shell = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
    assert shell.stdout.strip() == f"http://127.0.0.1:{running.port}" == exports["AWS_ENDPOINT_URL"]


def test_env_takes_away_what_would_win_over_it(running: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    script = running("env").stdout + "env"
    shell = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
    set_ = {line.partition("=")[0] for line in shell.stdout.splitlines()}
    assert not {"AWS_PROFILE", "AWS_ENDPOINT_URL_S3"} & set_
    assert {"AWS_ENDPOINT_URL", "NO_PROXY", "no_proxy"} <= set_


def test_down_keeps_the_state_and_delete_forgets_it(command: Any) -> None:
    complaint = command.up().stderr
    assert "auto_delete_objects cannot be deployed or destroyed" in complaint
    exports = json.loads(command("env", "--json").stdout)
    s3 = client("s3", exports)
    s3.create_bucket(Bucket="kept")
    s3.put_object(Bucket="kept", Key="key", Body=b"data")
    assert command("down").stdout.endswith("is kept.\n")
    assert not command.status()["running"]
    assert not (command.state / "tmp").exists()
    assert command("down").stdout.startswith("AWS did not run")
    command.up()
    assert s3.get_object(Bucket="kept", Key="key")["Body"].read() == b"data"
    assert "is forgotten" in command("down", "--delete").stdout
    assert not command.state.exists()


def test_a_folder_of_something_else_is_neither_used_nor_emptied(command: Any) -> None:
    (command.state / "tmp").mkdir(parents=True)
    (command.state / "tmp" / "thesis.txt").write_text("years")
    for said in (command.up(), command("down", "--delete")):
        assert (said.returncode, said.stdout) == (1, "")
        assert "holds something else than a local AWS" in said.stderr.splitlines()[-1]
    assert command("down").stdout.startswith("AWS did not run")
    assert [str(path.relative_to(command.state)) for path in command.state.rglob("*")] == [
        "tmp",
        "tmp/thesis.txt",
    ]


def test_env_of_a_machine_that_does_not_run_is_a_sentence(command: Any) -> None:
    said = command("env")
    assert (said.returncode, said.stdout) == (1, "")
    assert f"python -m local_aws up --state {command.state} starts it." in said.stderr


def test_a_port_that_another_program_holds_is_a_sentence(command: Any) -> None:
    with socket.create_server(("127.0.0.1", command.port)):
        said = command.up()
    assert said.returncode == 1
    assert said.stderr.endswith(
        f"Port {command.port} is taken by another program: stop it, or choose another with --port.\n"
    )


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http"])
def test_a_port_that_is_none_is_a_sentence(command: Any, port: str) -> None:
    said = command("up", "--port", port)
    assert (said.returncode, said.stdout) == (2, "")
    assert f"{port!r} is no port: it is a number from 1 to 65535" in said.stderr


def test_a_state_folder_that_cannot_be_one_is_a_sentence(command: Any) -> None:
    command.state.write_text("a file")
    said = command.up()
    assert (said.returncode, said.stdout) == (1, "")
    assert str(command.state) in said.stderr.splitlines()[-1]
    assert "Traceback" not in said.stderr
    command.state.unlink()


def test_a_port_that_another_local_aws_holds_names_its_state(command: Any, aws: Any) -> None:
    port = aws.endpoint.rpartition(":")[2]
    said = command("up", "--port", port)
    assert said.returncode == 1
    assert "taken by another local AWS (pid " in said.stderr
    assert str(aws.state) in said.stderr


def test_a_file_of_images_that_is_not_there_is_a_sentence(command: Any) -> None:
    said = command("up", "--port", str(command.port), "--images", "nowhere.toml")
    assert (said.returncode, said.stderr.splitlines()[-1]) == (
        1,
        "There is no file nowhere.toml: --images names the TOML file of the images.",
    )


def test_a_stale_pid_file_does_not_stop_it_nor_harm_a_stranger(command: Any) -> None:
    stranger = subprocess.Popen(SLEEP)
    command.state.mkdir(parents=True)
    stale = {"pid": stranger.pid, "started": "another time", "port": command.port, "region": "us-east-1"}
    (command.state / "server.json").write_text(json.dumps(stale))
    started = command.up()
    assert started.returncode == 0
    assert "didn't stop properly" in started.stderr
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_after_a_kill_up_says_what_is_lost_and_ends_what_was_left(command: Any, eventually: Any) -> None:
    command.up()
    exports = json.loads(command("env", "--json").stdout)
    orphan, stranger = subprocess.Popen(SLEEP), subprocess.Popen(SLEEP)
    record = Record(command.state)
    record.add(orphan.pid, "The model server of endpoint lda-dev")
    record.add(stranger.pid, "Somebody")
    (record.folder / f"{stranger.pid}.json").write_text(
        json.dumps({"pid": stranger.pid, "started": "another time", "what": "Somebody"})
    )
    template = json.dumps({"Resources": {"Group": {"Type": "AWS::Logs::LogGroup"}}})
    client("cloudformation", exports).create_stack(StackName="kept", TemplateBody=template)
    client("cloudformation", exports).get_waiter("stack_create_complete").wait(
        StackName="kept", WaiterConfig={"Delay": 1}
    )
    saved = command.state / "services" / "cloudformation.json"
    eventually(lambda: saved.exists() and "CREATE_COMPLETE" in saved.read_text())
    os.kill(command.status()["pid"], signal.SIGKILL)
    assert "was killed" in command("status").stdout
    said = command.up()
    assert "What changed after its last finished stack operation or execution is lost" in said.stderr
    assert (
        f"Ended what it left running: The model server of endpoint lda-dev (pid {orphan.pid})." in said.stderr
    )
    assert orphan.wait(timeout=60) == -signal.SIGTERM
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
    kept = client("cloudformation", exports).describe_stacks(StackName="kept")["Stacks"][0]
    assert kept["StackStatus"] == "CREATE_COMPLETE"


def test_a_server_that_cannot_start_says_why(command: Any) -> None:
    images = command.folder / "images.toml"
    images.write_text("[[image")
    said = command("up", "--port", str(command.port), "--images", str(images))
    assert said.returncode == 1
    assert "The server ended before it was ready: " in said.stderr
    assert not command.status()["running"]
