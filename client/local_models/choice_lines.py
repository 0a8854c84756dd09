"""The choice of the number of topics, as people read it."""

from spectral_lda.num_topics.choice import MAX_REDUNDANT_SHARE, Candidate, Choice


def choice_lines(choice: Choice) -> list[str]:
    """Return the numbers that were tried as a table, and a sentence that says how certain the choice is."""
    best = max(choice.candidates, key=lambda candidate: (candidate.is_usable, candidate.per_word))
    lines = [f"{'topics':>6}  {'per word':>8}  {'behind the best':<18}  redundant topics"]
    for candidate in choice.candidates:
        mark = "*" if candidate.num_topics == choice.num_topics else " "
        behind = "" if candidate is best else f"{candidate.behind:.4f} +- {candidate.error:.4f}"
        score = f"{candidate.per_word:>8.4f}  {behind:<18}"
        lines.append(f"{mark}{candidate.num_topics:>5}  {score}  {candidate.redundant}")
    return [*lines, _sentence(choice, best)]


def _sentence(choice: Choice, best: Candidate) -> str:
    low, high = choice.interval
    if len(choice.candidates) == 1:
        return "The documents are too few to try a larger number."
    if best.num_topics == choice.candidates[-1].num_topics:
        return (
            f"{choice.num_topics} topics: the largest number that was tried is the best, and a larger one"
            " may be better. Fewer may be easier to read: the table shows what they cost."
        )
    if low < high:
        return f"About {choice.num_topics} topics: of those tried, {low} to {high} predict as well."
    others = [each for each in choice.candidates if not each.is_usable]
    and_usable = (
        f" Numbers with more than {MAX_REDUNDANT_SHARE:.0%} redundant topics don't count." if others else ""
    )
    return f"{choice.num_topics} topics predict held-out documents better than all others.{and_usable}"
