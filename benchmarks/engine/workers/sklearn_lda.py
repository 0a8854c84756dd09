"""scikit-learn's LatentDirichletAllocation, batch learning. Runs in the peers' environment."""

from typing import Any

from scipy import sparse
from sklearn.decomposition import LatentDirichletAllocation

from benchmarks.engine.corpora.counts import Counts, Floats
from benchmarks.engine.workers.protocol import Request, serve


class _ScikitLearn:
    def prepare(self, counts: Counts) -> Any:
        return sparse.csr_matrix(counts)

    def learn(self, documents: Any, _: int, request: Request) -> LatentDirichletAllocation:
        return LatentDirichletAllocation(
            request.num_topics,
            doc_topic_prior=request.alpha0 / request.num_topics,
            topic_word_prior=request.options["eta"],
            learning_method="batch",
            max_iter=request.options["iterations"],
            random_state=request.seed,
        ).fit(documents)

    def topics(self, model: LatentDirichletAllocation, _: int) -> Floats:
        topics: Floats = model.components_
        return topics

    def mixtures(self, model: LatentDirichletAllocation, documents: Any) -> Any:
        return model.transform(documents)


if __name__ == "__main__":
    serve(_ScikitLearn())
