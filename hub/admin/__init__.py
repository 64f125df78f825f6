"""The operator's entry point: commands over a unix socket in the data directory."""
