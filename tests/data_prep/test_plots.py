import io
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from data_prep.plots import plot_lda, plot_lda_topics, plot_matched_topics

COUNTS = np.arange(12 * 25.0).reshape(12, 25)


def drawn(figure: Any) -> list[Any]:
    return [image.get_array() for axis in figure.axes for image in axis.images]


def test_documents_are_square_images_in_the_order_of_the_rows() -> None:
    images = drawn(plot_lda(COUNTS, 3, 4))
    assert len(images) == 12
    assert all(np.array_equal(image, row.reshape(5, 5)) for image, row in zip(images, COUNTS, strict=True))


def test_all_images_have_the_colour_scale_of_the_colour_bar() -> None:
    figure = plot_lda(COUNTS, 2, 2)
    limits = {image.get_clim() for axis in figure.axes for image in axis.images}
    assert limits == {(0.0, COUNTS[:4].max())}
    assert len(figure.axes) == 5
    assert len(plot_lda(COUNTS, 2, 2, with_colorbar=False).axes) == 4


def test_one_row_or_one_image_can_be_drawn() -> None:
    assert len(drawn(plot_lda(COUNTS, 1, 3))) == 3
    assert len(drawn(plot_lda(COUNTS, 1, 1))) == 1


def test_documents_are_drawn_above_their_topic_mixtures() -> None:
    mixtures = np.random.default_rng(0).dirichlet(np.ones(10), 12)
    images = drawn(plot_lda_topics(COUNTS, 2, 3, topic_mixtures=mixtures))
    assert [image.shape for image in images] == [(5, 5), (1, 10)] * 6
    assert np.array_equal(images[3], mixtures[1:2])


def test_known_topics_are_drawn_above_the_learned_ones() -> None:
    figure = plot_matched_topics(COUNTS[:3], COUNTS[3:6])
    images = drawn(figure)
    assert np.array_equal(images[1], COUNTS[1].reshape(5, 5))
    assert np.array_equal(images[4], COUNTS[4].reshape(5, 5))
    assert [figure.axes[0].get_ylabel(), figure.axes[3].get_ylabel()] == ["known", "learned"]


def test_a_figure_can_be_saved_without_a_display() -> None:
    file = io.BytesIO()
    plot_lda(COUNTS, 3, 4).savefig(file, format="png")
    assert file.getvalue().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (COUNTS[:3], "4 images can't be drawn from data of shape"),
        (np.ones((4, 24)), "24 words is not a square image"),
        (np.ones(25), r"4 images can't be drawn from data of shape \(25,\)"),
    ],
)
def test_rows_that_are_not_square_images_are_refused(data: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plot_lda(data, 2, 2)


def test_unpaired_topics_and_documents_without_a_mixture_are_refused() -> None:
    with pytest.raises(ValueError, match="don't pair"):
        plot_matched_topics(COUNTS[:3], COUNTS[:2])
    with pytest.raises(ValueError, match="4 documents need as many topic mixtures, not 2"):
        plot_lda_topics(COUNTS, 2, 2, topic_mixtures=np.ones((2, 10)))


def test_only_plotting_imports_matplotlib_and_never_pyplot() -> None:
    program = (
        "import sys, data_prep.__main__, data_prep.recordio, data_prep.dataset, data_prep.matching\n"
        "assert not {'matplotlib', 'boto3'} & set(sys.modules)\n"
        "import data_prep.plots\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
