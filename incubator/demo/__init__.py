"""The demo world: a year of an incubator group, made through the product's own services."""
