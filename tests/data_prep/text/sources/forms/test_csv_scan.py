import pytest

from data_prep.text.sources.forms.csv_scan import scan_rows


def test_rows_end_with_line_feeds_outside_of_quotation_marks() -> None:
    rows = [b"id,text\n", b'1,"a, ""b""\n\n"\r\n', b"\n", b'"",\n']
    scan = scan_rows(b"".join(rows) + b'3,"c\n', ",")
    assert scan.end == sum(map(len, rows))
    assert scan.starts.tolist() == [0, 8, 8 + len(rows[1]) + 1]
    assert scan.widths.tolist() == [2, 2, 2]
    assert (scan.blank_lines, scan.regular) == (True, True)


@pytest.mark.parametrize("block", [b"", b"id,te", b'"id\n'])
def test_a_block_without_a_whole_row_has_none(block: bytes) -> None:
    scan = scan_rows(block, ",")
    assert (scan.end, len(scan.starts), scan.regular) == (0, 0, True)


@pytest.mark.parametrize(
    "row",
    [b'"a""b"\n', b'"""a"""\n', b'""\n', b'"a","b"\r\n', b'"a"",b\n', b'"a\rb"\n', b"a\r\n"],
)
def test_quotation_marks_around_values_are_regular(row: bytes) -> None:
    assert scan_rows(row, ",").regular


@pytest.mark.parametrize("row", [b'5" nails\n', b'a "b"\n', b'"a" b\n', b"a\rb\n", b'a\n"b"x'])
def test_quotation_marks_and_carriage_returns_within_values_are_irregular(row: bytes) -> None:
    assert not scan_rows(row, ",").regular
