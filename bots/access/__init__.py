"""The gatekeeper: makes and repairs the rooms of every circle. Holds no device keys and takes no commands."""
