"""The worker edge."""
