"""One test file for each defect N1–N18 of stock matrix-nio 0.26, and for what else strangers can send a bot.

Each begins with what the defect would mean in care. The homeserver is a real Synapse; Fatima and Bram are at Element's
own crypto (matrix-js-sdk). ``tests/faults/mutants.py`` switches each cure off again and sees its test fail.
"""
