"""Units, rentals, bookings and usage: who holds what, when."""
