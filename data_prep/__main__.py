"""The command line: python -m data_prep generate | encode | upload | adopt | inspect | plot."""

import sys

from data_prep.cli import main

if __name__ == "__main__":
    sys.exit(main())
