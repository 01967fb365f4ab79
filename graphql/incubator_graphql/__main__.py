"""`python -m incubator_graphql --fd N | --port N`: one web process; `incubator up` and `incubator serve` start it."""

import argparse
import sys

import uvicorn

from incubator import loop
from incubator.config import settings
from incubator.logs import configure
from incubator_graphql.app import WebProcess

MAX_SOCKET_MESSAGE = 65_536
MAX_CONNECTIONS = 2_000
PING_EVERY_S = 20


def main() -> int:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="incubator_graphql")
    parser.add_argument("--fd", type=int, help="an open listening socket to serve on")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--host", default="127.0.0.1")
    given = parser.parse_args()
    configure()
    current = settings()
    if not current.database_url or not current.redis_url:
        print("incubator_graphql needs INCUBATOR_DATABASE_URL and INCUBATOR_REDIS_URL: start it with `incubator serve`", file=sys.stderr)
        return 2
    app = WebProcess(current, current.database_url, current.redis_url).app()
    loop.collect_less()
    uvicorn.run(
        app,
        host=given.host,
        port=given.port,
        fd=given.fd,
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=MAX_SOCKET_MESSAGE,
        ws_ping_interval=PING_EVERY_S,
        ws_ping_timeout=PING_EVERY_S,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=5,
        access_log=False,
        log_config=None,
        server_header=False,
        lifespan="on",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
