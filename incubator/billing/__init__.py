"""Plans, contracts, charges, invoices, numbering, tax, ledger, payments and documents."""
