"""End-to-end encryption without I/O.

state in, changes out. Source: Matrix specification v1.15, "End-to-End Encryption".
"""
