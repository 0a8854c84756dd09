import numpy as np
import pytest

from client.demo.comparison import compute_errors, error_table, mixtures_table, text_images

KNOWN = np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]])
LEARNED = np.array([[0.5, 0.3, 0.2], [0.0, 0.1, 0.9]])


def test_errors_are_computed_in_the_norms_of_their_names() -> None:
    measured = compute_errors(KNOWN, LEARNED)
    assert measured.mean_l1 == pytest.approx(0.3)  # rows .4 and .2
    assert measured.median_l1 == pytest.approx(0.3)
    assert measured.max_l1 == pytest.approx(0.4)
    assert measured.max_column_sum == pytest.approx(0.3)  # columns 0, .3, .3
    assert measured.fraction_below == pytest.approx(0.5)


def test_recorded_figures_are_shown_for_the_same_norm_with_their_source_and_split() -> None:
    lines = error_table(compute_errors(KNOWN, LEARNED), compute_errors(KNOWN, LEARNED)).splitlines()
    with_recorded_figure = {
        line[:42].strip() for line in lines if line[52:].strip() and not line.startswith((" ", "Rec", "but"))
    }
    assert with_recorded_figure == {
        "topics, norm(., 1): largest column sum",
        "mixtures, median L1",
        "mixtures with L1 below 0.30",
        "mixtures, largest L1",
    }
    assert "LDA-Science" in lines[-2]
    assert "5400 training and 600 test documents there, 1600 and 400 here" in lines[-1]


def test_mixtures_are_shown_side_by_side_in_percent() -> None:
    lines = mixtures_table(
        np.array([[0.25, 0.75], [1.0, 0.0]]), np.array([[0.2, 0.8], [1.0, 0.0]])
    ).splitlines()
    assert lines[1].split() == ["0", "25", "75", "20", "80", "0.10"]
    assert lines[2].split() == ["1", "100", ".", "100", ".", "0.00"]


def test_text_images_are_square_and_darkest_at_the_largest_count() -> None:
    drawn = text_images(np.array([[0, 1, 2, 4], [9, 0, 0, 0], [0, 0, 0, 0]]), side=2, per_line=2)
    assert drawn.splitlines() == ["  ::   @@  ", "==@@       ", "", "    ", "    "]
