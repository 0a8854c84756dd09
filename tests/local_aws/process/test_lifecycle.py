import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from local_aws.process.lifecycle import LocalAws, Server
from local_aws.process.process_records import STOP_GRACE_SECONDS, start_time

SAVES_SLOWLY = f"""
import signal, sys, time
def save(*_):
    time.sleep({STOP_GRACE_SECONDS + 1})
    print("saved", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, save)
print("on", flush=True)
time.sleep(600)
"""


def test_a_server_that_saves_slowly_is_not_killed(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SAVES_SLOWLY], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    local_aws = LocalAws(tmp_path)
    server = Server(process.pid, start_time(process.pid) or "", 4566, "us-east-1")
    local_aws.server_file.write_text(json.dumps(asdict(server)))
    assert local_aws.down()
    assert process.communicate(timeout=5)[0] == "saved\n"
