"""Channels in Pipe mode: the objects are streamed through FIFOs, one FIFO per epoch."""

import contextlib
import errno
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from local_aws.sagemaker.core.s3_objects import S3Location

POLL_SECONDS = 0.05


class Pipe:
    """The writer of the FIFOs ``<channel>_<epoch>`` of one program.

    Parameters
    ----------
    s3
        The client that reads the objects.
    objects
        The objects, in their order; every epoch consists of all of them.
    channel
        The FIFOs' path without the epoch.
    on_error
        Called once with the error when S3 refuses a call; nothing is written after that.
    """

    def __init__(
        self, s3: Any, objects: list[S3Location], channel: Path, on_error: Callable[[Exception], None]
    ) -> None:
        self._s3 = s3
        self._objects = objects
        self._channel = channel
        self._on_error = on_error
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._write_epochs, daemon=True)

    def start(self) -> None:
        """Create the first epoch's FIFO and wait for a reader in the background."""
        os.mkfifo(self._path(0))
        self._thread.start()

    def stop(self) -> None:
        """End the writer; the program has ended."""
        self._ended.set()
        self._thread.join()

    def _path(self, epoch: int) -> Path:
        return self._channel.with_name(f"{self._channel.name}_{epoch}")

    def _write_epochs(self) -> None:
        epoch = 0
        try:
            while file := self._open_for_reader(epoch):
                epoch += 1
                os.mkfifo(self._path(epoch))  # before this epoch ends: the program may open it then
                with contextlib.suppress(BrokenPipeError), file:  # a program may stop reading early
                    self._write_objects(file)
        except Exception as error:  # noqa: BLE001 -- every failure is reported to the job
            self._on_error(error)

    def _open_for_reader(self, epoch: int) -> BinaryIO | None:
        """Wait until the program has opened a FIFO, then open it; None if the program ended first."""
        while not self._ended.wait(POLL_SECONDS):
            try:
                handle = os.open(self._path(epoch), os.O_WRONLY | os.O_NONBLOCK)
            except OSError as error:
                if error.errno != errno.ENXIO:  # no reader yet
                    raise
            else:
                os.set_blocking(handle, True)
                return os.fdopen(handle, "wb")
        return None

    def _write_objects(self, file: BinaryIO) -> None:
        for location in self._objects:
            with self._s3.get_object(Bucket=location.bucket, Key=location.key)["Body"] as body:
                shutil.copyfileobj(body, file)
