"""Serve the simulator on 127.0.0.1 until it is stopped."""

import argparse

import uvicorn

from incubator.embedded.public_registers.app import create_app


def main() -> None:
    """Read the port from the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m incubator.embedded.public_registers", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="the port on 127.0.0.1")
    uvicorn.run(create_app(), host="127.0.0.1", port=parser.parse_args().port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
