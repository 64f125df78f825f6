"""The demo: one fictional patient's journey, played by real Matrix clients against a real hub."""
