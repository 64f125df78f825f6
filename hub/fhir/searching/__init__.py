"""Zoeken in de PZP van één patiënt: the searches of IKNL's guide over resources that were made for one request.

Pure: no file, no network, no clock, and no permission either. What is searched is what the asker may take along.
"""
