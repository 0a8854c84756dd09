"""Replace this process by a program that ends with the server, even if the server is killed.

Run as a script: ``python -I -S launcher.py <pid of the server> <program> <argument> ...``. On Linux the
kernel is asked to kill the process when the thread that started it ends (prctl(2), PR_SET_PDEATHSIG); the
request survives exec, and `ChildProcess.run` starts a program on the thread that waits for it.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Replace this process by the program."""
    parent, *program = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):  # the server ended before prctl was called
        sys.exit(1)
    os.execvp(program[0], program)  # noqa: S606 -- the program and its arguments are the images file's


if __name__ == "__main__":
    main(sys.argv[1:])
