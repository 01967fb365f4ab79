"""What runs when no URL is set: PostgreSQL, Valkey, the Stripe simulator, the local mailbox."""
