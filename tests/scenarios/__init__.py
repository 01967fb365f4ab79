"""Whole arrangements, driven through the public API only."""
