"""A model server for tests: the model's file and the request's body select its behaviour."""

import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

BASE = Path(os.environ["SAGEMAKER_BASE_DIR"])
MODEL = (BASE / "model/model.txt").read_text()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/execution-parameters" and MODEL.startswith("{"):
            self.respond(200, MODEL.encode())
        else:
            self.respond(500 if MODEL == "unhealthy" else 200, b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if body == b"crash":
            log("crashing")
            os._exit(7)
        if body == b"crash once" and not (BASE / "crashed").exists():
            (BASE / "crashed").touch()
            os._exit(7)
        if body == b"wait for release":
            log("waiting")
            while not (BASE / "go").exists():
                time.sleep(0.05)
        if body == b"refuse":
            self.respond(415, b"only text")
        elif body == b"break":
            self.respond(500, b"broken")
        else:
            parts = [MODEL, self.headers["Content-Type"], self.headers["Accept"], body.decode()]
            self.respond(200, "|".join(map(str, parts)).encode())

    def respond(self, status: int, body: bytes) -> None:
        self.send_response(status)
        json = self.headers["Accept"] == "application/json"
        self.send_header("Content-Type", "application/json" if json else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        log(f"request {self.path}")


def log(line: str) -> None:
    """Write a line in a single call, unlike print: other threads write at the same time."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    settings = [f"{name}={os.environ[name]}" for name in sorted(os.environ) if "SAGEMAKER_" in name]
    log(" ".join(["settings:", *settings]))
    if MODEL == "exit":
        sys.exit(5)
    if MODEL.startswith("late"):
        time.sleep(1)
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["SAGEMAKER_BIND_TO_PORT"])), Handler).serve_forever()
