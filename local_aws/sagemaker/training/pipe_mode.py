"""Channels in Pipe mode: objects streamed through FIFOs, one FIFO an epoch."""

import contextlib
import errno
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from local_aws.sagemaker.training.channels import S3Location

LOOK_SECONDS = 0.05


class Pipe:
    """What feeds the FIFOs ``<channel>_<epoch>`` of one program.

    Parameters
    ----------
    s3
        The client that reads the objects.
    objects
        Which objects, in their order; each epoch has all of them, one after the other.
    channel
        The FIFOs' path without the epoch.
    on_error
        Called once with what S3 refused; nothing is fed after that.
    """

    def __init__(
        self, s3: Any, objects: list[S3Location], channel: Path, on_error: Callable[[Exception], None]
    ) -> None:
        self._s3 = s3
        self._objects = objects
        self._channel = channel
        self._on_error = on_error
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._feed_until_ended, daemon=True)

    def start(self) -> None:
        """Make the first epoch's FIFO, and feed whoever opens it."""
        os.mkfifo(self._path(0))
        self._thread.start()

    def stop(self) -> None:
        """End after the program has ended."""
        self._ended.set()
        self._thread.join()

    def _path(self, epoch: int) -> Path:
        return self._channel.with_name(f"{self._channel.name}_{epoch}")

    def _feed_until_ended(self) -> None:
        epoch = 0
        try:
            while file := self._opened(epoch):
                epoch += 1
                os.mkfifo(self._path(epoch))  # before this epoch's end: the program may look for it then
                with contextlib.suppress(BrokenPipeError), file:  # a program need not read to the end
                    self._feed(file)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the job must hear of it
            self._on_error(error)

    def _opened(self, epoch: int) -> BinaryIO | None:
        """Open a FIFO when the program has opened it; None if the program ended without doing so."""
        while not self._ended.wait(LOOK_SECONDS):
            try:
                handle = os.open(self._path(epoch), os.O_WRONLY | os.O_NONBLOCK)
            except OSError as error:
                if error.errno != errno.ENXIO:  # nobody reads yet
                    raise
            else:
                os.set_blocking(handle, True)
                return os.fdopen(handle, "wb")
        return None

    def _feed(self, file: BinaryIO) -> None:
        for location in self._objects:
            with self._s3.get_object(Bucket=location.bucket, Key=location.key)["Body"] as body:
                shutil.copyfileobj(body, file)
