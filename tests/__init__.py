"""Tests; a package so that helpers import by name."""
