"""The command line: `python -m client --help` lists its commands."""

import sys

from client.cli import cli, run

if __name__ == "__main__":
    sys.exit(run(cli, "python -m client"))
