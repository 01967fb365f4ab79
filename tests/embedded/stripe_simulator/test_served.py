"""The simulator as a process on loopback: real HTTP, and state that survives kill -9."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

from incubator.billing.stripe_gateway import Httpx

PAYMENT: Any = {
    "amount": 1_000,
    "currency": "eur",
    "allowed_payment_method_types": ["card"],
    "payment_method": "pm_card_visa",
    "confirm": True,
}


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@contextlib.contextmanager
def _serve(state: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "incubator.embedded.stripe_simulator", "--port", str(port), "--state", str(state)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200:
                    break
            assert time.monotonic() < deadline, "the simulator did not come up"
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()


async def test_keeps_what_it_answered_through_kill_9_and_breaks_connections_on_demand(tmp_path: Path) -> None:
    port, state = _free_port(), tmp_path / "stripe.sqlite"
    http = Httpx()
    client = stripe.StripeClient(
        "sk_test_nord_incubator", base_addresses={"api": f"http://127.0.0.1:{port}"}, http_client=http, max_network_retries=0
    )
    keyed: Any = {"idempotency_key": "attempt-0001"}

    with _serve(state, port) as process:
        fault = {"kind": "drop_reply", "path": "/v1/payment_intents"}
        httpx.post(f"http://127.0.0.1:{port}/_test/faults", content=json.dumps(fault))
        with pytest.raises(stripe.APIConnectionError):
            await client.v1.payment_intents.create_async(PAYMENT, keyed)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    with _serve(state, port):
        again = await client.v1.payment_intents.create_async(PAYMENT, keyed)
        found = await client.v1.payment_intents.list_async()
    await http.close_async()

    assert again.status == "succeeded"
    assert [item.id for item in found.data] == [again.id]


async def test_webhooks_go_out_by_themselves_over_http(tmp_path: Path) -> None:
    port, hook_port = _free_port(), _free_port()
    received = tmp_path / "received"
    receiver = (
        "import http.server,sys\n"
        "class H(http.server.BaseHTTPRequestHandler):\n"
        "    def do_POST(self):\n"
        "        body = self.rfile.read(int(self.headers['Content-Length']))\n"
        "        open(sys.argv[2], 'ab').write(self.headers['Stripe-Signature'].encode() + b'\\0' + body + b'\\1')\n"
        "        self.send_response(200); self.end_headers()\n"
        "    def log_message(self, *args): pass\n"
        "http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), H).serve_forever()\n"
    )
    listener = subprocess.Popen([sys.executable, "-c", receiver, str(hook_port), str(received)])
    http = Httpx()
    client = stripe.StripeClient("sk_test_nord_incubator", base_addresses={"api": f"http://127.0.0.1:{port}"}, http_client=http)

    try:
        with _serve(tmp_path / "stripe.sqlite", port):
            hook = await client.v1.webhook_endpoints.create_async(
                {"url": f"http://127.0.0.1:{hook_port}/", "enabled_events": ["customer.created"]}
            )
            await client.v1.customers.create_async({"name": "Elbe Cell"})
            deadline = time.monotonic() + 20
            while not received.exists() or not received.read_bytes().endswith(b"\1"):
                assert time.monotonic() < deadline, "no webhook came"
                time.sleep(0.05)
    finally:
        listener.kill()
        listener.wait()
    await http.close_async()
    signature, body = received.read_bytes().rstrip(b"\1").split(b"\0")

    assert client.construct_event(body, signature.decode(), hook.secret or "").type == "customer.created"
