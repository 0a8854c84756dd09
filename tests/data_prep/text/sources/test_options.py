import re

import pytest

from data_prep.text.errors import SourceError
from data_prep.text.sources import FORMATS, SourceOptions


def test_options_that_contradict_are_refused() -> None:
    with pytest.raises(SourceError, match=r"'excel' is unknown\. Choose one of txt-folder, lines, csv"):
        SourceOptions(format="excel")
    with pytest.raises(SourceError, match=re.escape("plain text, not the format csv")):
        SourceOptions(format="csv", lines=True)
    with pytest.raises(SourceError, match="0 bytes"):
        SourceOptions(frame_bytes=0)
    assert [SourceOptions(format=name).format for name in FORMATS] == list(FORMATS)
