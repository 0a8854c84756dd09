import warnings

import numpy as np
from scipy import sparse

from data_prep.synthetic import generate_griffiths_data
from spectral_lda import Model, fit

ALPHA, BETA, DOCUMENTS, _ = generate_griffiths_data(num_documents=400, num_topics=5, seed=0)
TRUTH = Model(ALPHA, BETA)


def test_the_known_topics_score_better_than_other_topics() -> None:
    unigram = Model(np.ones(1), DOCUMENTS.sum(axis=0, keepdims=True) / DOCUMENTS.sum())
    assert (
        TRUTH.document_completion(DOCUMENTS).per_word > unigram.document_completion(DOCUMENTS).per_word + 0.2
    )


def test_more_topics_than_there_are_do_not_score_better() -> None:
    train, test = DOCUMENTS[:300], DOCUMENTS[300:]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # twenty topics are too many, which is the point
        scores = [fit(train, number, seed=0).document_completion(test).per_word for number in (5, 20)]
    assert scores[0] > scores[1]


def test_dense_sparse_and_divided_documents_have_the_same_scores() -> None:
    whole = TRUTH.document_completion(DOCUMENTS)
    for counts in (sparse.csr_array(DOCUMENTS), [DOCUMENTS[:100], DOCUMENTS[100:]]):
        scored = TRUTH.document_completion(counts)
        np.testing.assert_allclose(scored.log_likelihoods, whole.log_likelihoods, rtol=1e-6)
        assert scored.tokens.tolist() == DOCUMENTS.sum(axis=1).tolist()


def test_an_empty_document_scores_nothing() -> None:
    empty = TRUTH.document_completion(np.zeros((1, 25)))
    assert empty.log_likelihoods.tolist() == [0.0]
    assert np.isnan(empty.per_word)
