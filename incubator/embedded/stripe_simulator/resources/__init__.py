"""The endpoints of the simulator, a module for each kind of object; importing this package registers them all."""

from incubator.embedded.stripe_simulator.resources import (
    balance,
    charges,
    checkout,
    customers,
    disputes,
    event_log,
    payment_intents,
    payment_methods,
    payouts,
    refunds,
    setup_intents,
    webhook_endpoints,
)

__all__ = [
    "balance",
    "charges",
    "checkout",
    "customers",
    "disputes",
    "event_log",
    "payment_intents",
    "payment_methods",
    "payouts",
    "refunds",
    "setup_intents",
    "webhook_endpoints",
]
