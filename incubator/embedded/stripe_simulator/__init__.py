"""A strict Stripe for this machine: development, demo and tests. Production talks to Stripe with the same code.

It refuses whatever the SDK's own types do not name, keeps one set of books for each API key, and does on demand what networks and
busy providers do. `create_app()` gives the ASGI application; `python -m incubator.embedded.stripe_simulator --port N --state FILE`
serves it on 127.0.0.1.
"""

from incubator.embedded.stripe_simulator.app import create_app

__all__ = ["create_app"]
