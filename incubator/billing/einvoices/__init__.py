"""E-invoices: the facts of an invoice as XML of EN 16931 (CII, UBL), of its national forms, and inside a PDF."""
