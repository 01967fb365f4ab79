"""Preferences, templates per language, channels: who is told what, where and in which words."""
