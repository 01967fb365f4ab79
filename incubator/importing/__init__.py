"""Spreadsheets in: validation, preview, apply once; all rows of a file or none."""
