"""Reports: one module each, its SQL, its row, its function."""
