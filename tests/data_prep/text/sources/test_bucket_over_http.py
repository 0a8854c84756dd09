"""boto3 itself, against a server on this machine that answers as S3 does."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
import pytest
from botocore.config import Config

from data_prep.text.sources import SourceOptions, read_documents
from local_aws.process.ports import free_port

OBJECTS = {
    "tables/a b.csv": b"id,text\n" + b"".join(b"%d,words of row %d\n" % (row, row) for row in range(200_000)),
    "tables/c.csv": b"id,text\n1,the last row\n",
    "cut/a.csv": b"id,text\n" + b"1,words\n" * 100_000,
}
PAGE = 1  # keys of a page


class _S3(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        address = urlsplit(self.path)
        key = unquote(address.path).removeprefix("/data/")
        content = OBJECTS[key] if key in OBJECTS else self._listing(parse_qs(address.query))
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if key.startswith("cut/") else content)

    def _listing(self, query: dict[str, list[str]]) -> bytes:
        keys = sorted(key for key in OBJECTS if key.startswith(query["prefix"][0]))
        start = int(query.get("continuation-token", ["0"])[0])
        more = start + PAGE < len(keys)
        contents = "".join(f"<Contents><Key>{key}</Key></Contents>" for key in keys[start : start + PAGE])
        token = f"<NextContinuationToken>{start + PAGE}</NextContinuationToken>" if more else ""
        return (
            f"<ListBucketResult><IsTruncated>{str(more).lower()}</IsTruncated>{token}{contents}</ListBucketResult>"
        ).encode()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class's name
        pass


@pytest.fixture
def s3() -> Iterator[Any]:
    server = ThreadingHTTPServer(("127.0.0.1", free_port()), _S3)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{server.server_port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(s3={"addressing_style": "path"}),
    )
    yield client
    client.close()
    server.shutdown()
    thread.join()
    server.server_close()


def test_objects_are_listed_page_by_page_and_read(s3: Any) -> None:
    options = SourceOptions(column="text", frame_bytes=1 << 16)
    frames = list(read_documents("s3://data/tables/", options=options, s3=s3))
    assert sum(map(len, frames)) == 200_001
    assert frames[-1].row(-2)[:2] == ("a b.csv:199999", "words of row 199999")
    assert frames[-1].row(-1)[:2] == ("c.csv:0", "the last row")


def test_an_object_that_ends_too_early_is_an_error(s3: Any) -> None:
    with pytest.raises(OSError, match=r"s3://data/cut/a\.csv: "):
        list(read_documents("s3://data/cut/a.csv", options=SourceOptions(column="text"), s3=s3))
