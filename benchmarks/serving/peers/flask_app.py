"""A common server: Flask, the parser of numpy, and scikit-learn's transform."""

import io
from typing import Any

import numpy as np
from flask import Flask, jsonify, request

from benchmarks.serving.peers.scikit import load

app = Flask(__name__)
model = load()


def invocations() -> Any:
    """Return the topic mixtures of documents in CSV."""
    counts = np.loadtxt(io.StringIO(request.get_data(as_text=True)), delimiter=",", ndmin=2)
    return jsonify(predictions=[{"topic_mixture": row} for row in model.transform(counts).tolist()])


app.add_url_rule("/invocations", view_func=invocations, methods=["POST"])
