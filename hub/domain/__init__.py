"""The words and rules of palliative care in a circle. Pure: no I/O, no clock, no third-party library."""
