"""The words every domain package shares; imports no other domain package."""
