"""`python -m incubator`: the same as the `incubator` command."""

from incubator.cli import main

if __name__ == "__main__":
    main()
