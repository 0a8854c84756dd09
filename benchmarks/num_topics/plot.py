"""The curve of held-out completion over the number of topics."""

from pathlib import Path

from matplotlib.figure import Figure

from spectral_lda.num_topics.choice import Choice

_TICKS = (1, 2, 5, 10, 20, 50, 100, 200)


def plot_choice(choice: Choice, path: Path) -> None:
    """Draw the candidates of a choice with their errors, and mark those that are as good as the best.

    Parameters
    ----------
    choice
        The candidates.
    path
        The file, whose suffix says the format.
    """
    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    axes = figure.add_subplot()
    numbers = [each.num_topics for each in choice.candidates]
    ticks = [tick for tick in _TICKS if min(numbers) <= tick <= max(numbers)]
    axes.errorbar(
        numbers,
        [each.per_word for each in choice.candidates],
        yerr=[each.error for each in choice.candidates],
        fmt="o-",
        capsize=3,
        markersize=4,
        linewidth=1,
    )
    axes.axvspan(*choice.interval, alpha=0.15, label="as good as the best")
    axes.axvline(choice.num_topics, linestyle="--", linewidth=1, label=f"chosen: {choice.num_topics}")
    axes.set(
        xscale="log",
        xticks=ticks,
        xlabel="number of topics",
        ylabel="completion per word (nats)",
        title="Held-out completion of the news articles",
    )
    axes.set_xticklabels(map(str, ticks))
    axes.minorticks_off()
    axes.legend(loc="lower right")
    figure.savefig(path, dpi=120)
