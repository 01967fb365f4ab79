"""Serve the simulator on 127.0.0.1 until it is stopped."""

import argparse
from pathlib import Path

import uvicorn

from incubator.embedded.stripe_simulator.app import create_app


def main() -> None:
    """Read the port and the state file from the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m incubator.embedded.stripe_simulator", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="the port on 127.0.0.1")
    parser.add_argument("--state", type=Path, help="the SQLite file that keeps everything; none: memory only")
    given = parser.parse_args()
    uvicorn.run(create_app(given.state), host="127.0.0.1", port=given.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
