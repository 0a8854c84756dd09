"""The server without a framework: the standard library's, a thread for each connection."""

import io
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

from benchmarks.serving.peers.scikit import load

model = load()


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer documents as CSV with their topic mixtures."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        rows = model.transform(np.loadtxt(io.StringIO(body), delimiter=",", ndmin=2)).tolist()
        answer = json.dumps({"predictions": [{"topic_mixture": row} for row in rows]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
