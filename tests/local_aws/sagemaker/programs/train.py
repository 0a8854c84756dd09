"""A training program for tests: the hyperparameter `behaviour` selects what it does."""

# ruff: noqa: T201 -- what a program prints is its log

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

BASE = Path(os.environ["SAGEMAKER_BASE_DIR"])


def read(name: str) -> dict[str, str]:
    content: dict[str, str] = json.loads((BASE / "input/config" / f"{name}.json").read_text())
    return content


def main() -> int:
    parameters = read("hyperparameters")
    behaviour = parameters.get("behaviour", "train")
    files = sorted(
        str(p.relative_to(BASE / "input/data")) for p in (BASE / "input/data").rglob("*") if p.is_file()
    )
    print("files:", " ".join(files))
    print("environment:", json.dumps(dict(os.environ)))
    print("channels:", json.dumps(read("inputdataconfig")))
    print("resources:", json.dumps(read("resourceconfig")))
    host = read("resourceconfig")["current_host"]
    if behaviour in {"fail", f"fail on {host}"}:
        (BASE / "output/failure").write_text(parameters["failure"])
        return 1
    if behaviour == "exit":
        return 3
    if behaviour == "save on SIGTERM":
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(save("stopped")))
        print("waiting")
        time.sleep(60)
    if behaviour == "read pipes":
        for epoch in range(2):
            with (BASE / f"input/data/train_{epoch}").open() as pipe:
                print(f"epoch {epoch}:", pipe.read())
    if behaviour.startswith("fail on"):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        time.sleep(60)
    if behaviour == "ignore SIGTERM":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(61)"])
        print("waiting")
        time.sleep(60)
    if behaviour == "wait for release":
        print("waiting")
        while not (BASE / "go").exists():
            time.sleep(0.05)
        print("released")
    print("port:", os.environ.get("MASTER_PORT"))
    print("quality: test score=-3.5")
    print("quality: test score=-2.25")
    return save(parameters.get("content", f"trained on {host}"))


def save(content: str) -> int:
    (BASE / "model/model.txt").write_text(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
