"""Parked work and the audit trail in the API."""
