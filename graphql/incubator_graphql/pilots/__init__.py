"""Pilot deals in the API."""
