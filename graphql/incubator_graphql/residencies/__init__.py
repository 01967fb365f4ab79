"""Calls, applications, offers and residencies in the API."""
