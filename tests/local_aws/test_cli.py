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

from local_aws.process.process_records import ProcessRecords

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
    assert started.stdout.startswith(f"AWS is running at http://127.0.0.1:{command.port} (pid "), (
        started.stderr
    )
    yield command
    command("down", "--delete")


def test_up_reports_a_server_that_already_runs(running: Any) -> None:
    assert running.status()["running"]
    again = running.up()
    assert (again.returncode, again.stdout.startswith("AWS is already running at")) == (0, True)


def test_images_for_a_server_that_already_runs_are_an_error(running: Any, tmp_path: Path) -> None:
    refused = running("up", "--images", str(tmp_path / "images.toml"))
    assert refused.returncode == 1
    assert "is already running" in refused.stderr
    assert "Stop it first" in refused.stderr


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's list of sockets")
def test_the_server_listens_on_the_loopback_only(running: Any) -> None:
    assert listening(running.status()["pid"]) == {"0100007F"}


def test_env_prints_json_and_shell_exports(running: Any) -> None:
    exports = json.loads(running("env", "--json").stdout)
    assert client("sts", exports).get_caller_identity()["Account"] == "123456789012"
    script = running("env").stdout + 'echo "$AWS_ENDPOINT_URL"'
    shell = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
    assert shell.stdout.strip() == f"http://127.0.0.1:{running.port}" == exports["AWS_ENDPOINT_URL"]


def test_env_unsets_variables_that_take_precedence(running: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    script = running("env").stdout + "env"
    shell = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
    set_ = {line.partition("=")[0] for line in shell.stdout.splitlines()}
    assert not {"AWS_PROFILE", "AWS_ENDPOINT_URL_S3"} & set_
    assert {"AWS_ENDPOINT_URL", "NO_PROXY", "no_proxy"} <= set_


def test_down_keeps_the_state_and_delete_deletes_it(command: Any) -> None:
    warning = command.up().stderr
    assert "auto_delete_objects cannot be deployed or destroyed" in warning
    exports = json.loads(command("env", "--json").stdout)
    s3 = client("s3", exports)
    s3.create_bucket(Bucket="kept")
    s3.put_object(Bucket="kept", Key="key", Body=b"data")
    assert command("down").stdout.endswith("is kept.\n")
    assert not command.status()["running"]
    assert not (command.state / "tmp").exists()
    assert command("down").stdout.startswith("AWS was not running")
    command.up()
    assert s3.get_object(Bucket="kept", Key="key")["Body"].read() == b"data"
    assert "is deleted" in command("down", "--delete").stdout
    assert not command.state.exists()


def test_a_folder_with_other_content_is_neither_used_nor_deleted(command: Any) -> None:
    (command.state / "tmp").mkdir(parents=True)
    (command.state / "tmp" / "thesis.txt").write_text("years")
    for result in (command.up(), command("down", "--delete")):
        assert (result.returncode, result.stdout) == (1, "")
        assert "contains files that are not a local AWS's" in result.stderr.splitlines()[-1]
    assert command("down").stdout.startswith("AWS was not running")
    assert [str(path.relative_to(command.state)) for path in command.state.rglob("*")] == [
        "tmp",
        "tmp/thesis.txt",
    ]


def test_env_explains_how_to_start_a_server_that_does_not_run(command: Any) -> None:
    result = command("env")
    assert (result.returncode, result.stdout) == (1, "")
    assert f"python -m local_aws up --state {command.state} starts it." in result.stderr


def test_up_refuses_a_port_of_another_program(command: Any) -> None:
    with socket.create_server(("127.0.0.1", command.port)):
        result = command.up()
    assert result.returncode == 1
    assert result.stderr.endswith(
        f"Port {command.port} is taken by another program: stop it, or choose another with --port.\n"
    )


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http"])
def test_up_refuses_an_invalid_port(command: Any, port: str) -> None:
    result = command("up", "--port", port)
    assert (result.returncode, result.stdout) == (2, "")
    assert f"{port!r} is not a port; use a number from 1 to 65535" in result.stderr


def test_up_refuses_a_file_as_state_folder(command: Any) -> None:
    command.state.write_text("a file")
    result = command.up()
    assert (result.returncode, result.stdout) == (1, "")
    assert str(command.state) in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr
    command.state.unlink()


def test_up_names_the_state_of_another_local_aws_on_its_port(command: Any, aws: Any) -> None:
    port = aws.endpoint.rpartition(":")[2]
    result = command("up", "--port", port)
    assert result.returncode == 1
    assert "taken by another local AWS (pid " in result.stderr
    assert str(aws.state) in result.stderr


def test_up_refuses_a_missing_images_file(command: Any) -> None:
    result = command("up", "--port", str(command.port), "--images", "nowhere.toml")
    assert (result.returncode, result.stderr.splitlines()[-1]) == (
        1,
        "There is no file nowhere.toml: --images names the TOML file of the images.",
    )


def test_a_record_of_another_process_neither_blocks_up_nor_stops_that_process(command: Any) -> None:
    other = subprocess.Popen(SLEEP)
    command.state.mkdir(parents=True)
    stale = {"pid": other.pid, "started": "another time", "port": command.port, "region": "us-east-1"}
    (command.state / "server.json").write_text(json.dumps(stale))
    started = command.up()
    assert started.returncode == 0
    assert "didn't stop properly" in started.stderr
    assert other.poll() is None
    other.kill()
    other.wait()


def test_up_after_a_kill_reports_the_loss_and_stops_orphaned_processes(command: Any, eventually: Any) -> None:
    command.up()
    exports = json.loads(command("env", "--json").stdout)
    orphan, other = subprocess.Popen(SLEEP), subprocess.Popen(SLEEP)
    processes = ProcessRecords(command.state)
    processes.add(orphan.pid, "The model server of endpoint lda-dev")
    processes.add(other.pid, "Another program")
    (processes.folder / f"{other.pid}.json").write_text(
        json.dumps({"pid": other.pid, "started": "another time", "description": "Another program"})
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
    result = command.up()
    assert "Changes after its last completed stack operation or execution are lost" in result.stderr
    stopped = f"The model server of endpoint lda-dev (pid {orphan.pid})"
    assert f"Stopped {stopped}, which it left running." in result.stderr
    assert orphan.wait(timeout=60) == -signal.SIGTERM
    assert other.poll() is None
    other.kill()
    other.wait()
    kept = client("cloudformation", exports).describe_stacks(StackName="kept")["Stacks"][0]
    assert kept["StackStatus"] == "CREATE_COMPLETE"


def test_up_reports_why_the_server_cannot_start(command: Any) -> None:
    images = command.folder / "images.toml"
    images.write_text("[[image")
    result = command("up", "--port", str(command.port), "--images", str(images))
    assert result.returncode == 1
    assert "The server ended before it was ready: " in result.stderr
    assert not command.status()["running"]


def test_ctrl_c_during_up_stops_the_server(command: Any, eventually: Any) -> None:
    arguments = ["up", "--state", str(command.state), "--port", str(command.port)]
    up = subprocess.Popen(
        [sys.executable, "-m", "local_aws", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    eventually((command.state / "server.json").exists)
    up.send_signal(signal.SIGINT)
    output, messages = up.communicate(timeout=90)
    assert (up.returncode, output, messages.splitlines()[-1]) == (130, "", "Interrupted.")
    assert not command.status()["running"]
