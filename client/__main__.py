"""The command lines: `topics`, and `python -m client` with the same commands but those of data_prep."""

import sys


def main() -> int:
    """Run `topics`; Ctrl-C is one sentence, during the imports too."""
    try:
        from client.cli import main as run  # noqa: PLC0415 -- importing takes a while, and can be interrupted
    except KeyboardInterrupt:
        return _interrupted()
    return run()


def client() -> int:
    """Run `python -m client`."""
    try:
        from client.cli import cli, run  # noqa: PLC0415 -- as above
    except KeyboardInterrupt:
        return _interrupted()
    return run(cli, "python -m client")


def _interrupted() -> int:
    print("Interrupted.", file=sys.stderr)
    return 130


if __name__ == "__main__":
    sys.exit(client())
