"""The optimal assignment of rows to columns, by the Hungarian method with potentials (Munkres 1957)."""

import math
from collections.abc import Sequence


def assign(values: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Return the pairs of a row and a column with the largest sum of values, each in one pair at most.

    Parameters
    ----------
    values
        (n, m) numbers; min(n, m) pairs are returned, in the order of the rows.
    """
    if not values or not values[0]:
        return []
    if len(values) > len(values[0]):
        transposed = [list(column) for column in zip(*values, strict=True)]
        return sorted((row, column) for column, row in assign(transposed))
    owners = _owners([[-value for value in row] for row in values])
    return sorted((row, column) for column, row in enumerate(owners) if row >= 0)


def _owners(costs: Sequence[Sequence[float]]) -> list[int]:
    """Return the row of each column, -1 for none; there are at least as many columns as rows."""
    columns = len(costs[0])
    by_row, by_column = [0.0] * len(costs), [0.0] * (columns + 1)
    owners = [-1] * (columns + 1)  # the last column is that of the row that is being assigned
    for row in range(len(costs)):
        owners[columns], column = row, columns
        least, came_from, visited = [math.inf] * columns, [columns] * columns, [False] * (columns + 1)
        while owners[column] >= 0:
            visited[column] = True
            owner, free = owners[column], [each for each in range(columns) if not visited[each]]
            for each in free:
                reduced = costs[owner][each] - by_row[owner] - by_column[each]
                if reduced < least[each]:
                    least[each], came_from[each] = reduced, column
            following = min(free, key=least.__getitem__)
            step = least[following]
            for each in range(columns + 1):
                if visited[each]:
                    by_row[owners[each]] += step
                    by_column[each] -= step
                elif each < columns:
                    least[each] -= step
            column = following
        while column != columns:
            owners[column], column = owners[came_from[column]], came_from[column]
        owners[columns] = -1
    return owners[:columns]
