"""tomotopy's LDAModel: collapsed Gibbs sampling. Runs in the peers' environment."""

from itertools import pairwise
from typing import Any

import numpy as np
import tomotopy

from benchmarks.engine.corpora.counts import Counts, Floats
from benchmarks.engine.workers.protocol import Request, serve


class _Tomotopy:
    def prepare(self, counts: Counts) -> list[list[str]]:
        tokens = [str(word) for word in np.repeat(counts.indices, counts.data.astype(np.int64))]
        lengths = np.add.reduceat(counts.data, counts.indptr[:-1], dtype=np.float64).astype(np.int64)
        return [tokens[start:stop] for start, stop in pairwise([0, *np.cumsum(lengths).tolist()])]

    def learn(self, documents: list[list[str]], _: int, request: Request) -> tomotopy.LDAModel:
        model = tomotopy.LDAModel(
            k=request.num_topics,
            alpha=request.alpha0 / request.num_topics,
            eta=request.options["eta"],
            seed=request.seed,
        )
        model.optim_interval = 0  # the prior is fixed, as for the other contenders
        for document in documents:
            model.add_doc(document)
        model.train(request.options["iterations"])
        return model

    def topics(self, model: tomotopy.LDAModel, width: int) -> Floats:
        # The probability of a word outside the training documents is the prior, as for the other contenders.
        topics = np.full((model.k, width), model.eta)
        words = [int(word) for word in model.used_vocabs]
        for topic in range(model.k):
            topics[topic, words] = model.get_topic_word_dist(topic, normalize=False)
        return topics

    def mixtures(self, model: tomotopy.LDAModel, documents: list[list[str]]) -> Any:
        return model.infer([model.make_doc(document) for document in documents])


if __name__ == "__main__":
    serve(_Tomotopy())
