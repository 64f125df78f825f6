"""De kanarie: shows every few minutes that a question really is heard, understood and answered (ADR 0016)."""
