"""Tests of space."""
