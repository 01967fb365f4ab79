"""Secondments and their time in the API."""
