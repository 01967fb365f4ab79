"""What those who answer for the house look at: work that was parked, and who did what."""
