"""Tests of admissions and residencies."""
