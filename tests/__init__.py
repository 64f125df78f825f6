"""Tests of Kring: they mirror the code, and some start the real programs."""
