"""A region in eight weeks: forty patients and a hundred and twenty people around them, on the real use cases."""
