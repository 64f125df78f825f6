"""Measurements (``make bench``): programs, not tests. Each figure stands beside a peer in the same run."""
