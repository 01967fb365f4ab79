"""Organisations of every kind, people, roles, sign-in, API tokens, legal entities, sites."""
