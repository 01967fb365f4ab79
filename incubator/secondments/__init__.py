"""Corporate staff seconded into startups: the agreement and the time they log."""
