"""Organisations, people, places and access in the API."""
