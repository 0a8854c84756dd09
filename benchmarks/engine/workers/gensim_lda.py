"""gensim's LdaModel. Runs in the peers' environment."""

from itertools import pairwise
from typing import Any

import numpy as np
from gensim.models import LdaModel

from benchmarks.engine.corpora.counts import Counts, Floats
from benchmarks.engine.workers.protocol import Request, serve


class _Gensim:
    def prepare(self, counts: Counts) -> list[list[tuple[int, float]]]:
        words, values = counts.indices.tolist(), counts.data.tolist()
        return [
            list(zip(words[start:stop], values[start:stop], strict=True))
            for start, stop in pairwise(counts.indptr.tolist())
        ]

    def learn(self, documents: list[list[tuple[int, float]]], width: int, request: Request) -> LdaModel:
        return LdaModel(
            documents,
            num_topics=request.num_topics,
            id2word={word: str(word) for word in range(width)},
            alpha=np.full(request.num_topics, request.alpha0 / request.num_topics),
            eta=request.options["eta"],
            passes=request.options["iterations"],
            eval_every=None,
            random_state=request.seed,
        )

    def topics(self, model: LdaModel, _: int) -> Floats:
        return np.asarray(model.get_topics(), np.float64)

    def mixtures(self, model: LdaModel, documents: list[list[tuple[int, float]]]) -> Any:
        return model.inference(documents)


if __name__ == "__main__":
    serve(_Gensim())
