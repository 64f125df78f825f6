"""Tests against real programs: Synapse, matrix-js-sdk with Element's crypto."""
