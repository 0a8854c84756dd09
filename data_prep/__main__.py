"""The command line: python -m data_prep generate | encode | upload | adopt | inspect | plot."""

import sys


def main() -> int:
    """Run a command; Ctrl-C is one sentence, during the imports too."""
    try:
        from data_prep.cli import main as run  # noqa: PLC0415 -- importing takes a while, and can be interrupted
    except KeyboardInterrupt:
        print("data_prep: Interrupted.", file=sys.stderr)
        return 130
    return run()


if __name__ == "__main__":
    sys.exit(main())
