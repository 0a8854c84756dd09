"""Runs the command line: python -m local_aws."""

import sys


def main() -> None:
    """Run a command; Ctrl-C is one sentence, during the imports too."""
    try:
        from local_aws.cli import main as run  # noqa: PLC0415 -- importing takes a while, and can be interrupted
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
