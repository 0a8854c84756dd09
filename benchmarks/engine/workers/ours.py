"""spectral_lda."""

import warnings
from typing import Any

import spectral_lda
from benchmarks.engine.corpora.counts import Counts, Floats
from benchmarks.engine.workers.protocol import Request, serve


class _Ours:
    def prepare(self, counts: Counts) -> Counts:
        return counts

    def learn(self, documents: Counts, _: int, request: Request) -> spectral_lda.Model:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # it warns that small texts determine fewer topics
            return spectral_lda.fit(
                documents, request.num_topics, alpha0=request.alpha0, seed=request.seed, **request.options
            )

    def topics(self, model: spectral_lda.Model, _: int) -> Floats:
        return model.beta

    def mixtures(self, model: spectral_lda.Model, documents: Counts) -> Any:
        return model.topic_mixtures(documents)


if __name__ == "__main__":
    serve(_Ours())
