"""The domain of the incubator product."""
