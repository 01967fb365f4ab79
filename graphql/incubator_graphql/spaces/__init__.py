"""Space in the API."""
