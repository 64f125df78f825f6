"""The Matrix runtime: the only package that imports nio."""
