"""A server without a framework: the HTTP server of the standard library, with one thread per connection."""

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
        """Return the topic mixtures of documents in CSV."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        rows = model.transform(np.loadtxt(io.StringIO(body), delimiter=",", ndmin=2)).tolist()
        response = json.dumps({"predictions": [{"topic_mixture": row} for row in rows]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(response)))
        self.end_headers()
        self.wfile.write(response)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
