"""Programmes, calls, applications, offers, agreements and residencies: how a startup comes in."""
