"""Pilot deals between startups and corporates, and the stages they move through."""
