"""A stand-in for VIES and the European Central Bank's feed, for development, demo and tests: strict, local, and steered by hand."""

from incubator.embedded.public_registers.app import create_app

__all__ = ["create_app"]
