"""The hub: who belongs to a circle, what is in its dossier, who may see it, and the proof of it.

Arrows point down: ``cli -> server -> admin | portal | homeserver -> bootstrap -> settings | adapters | access | fhir ->
texts -> application -> domain``. The hub never imports ``bots``; ``make check`` enforces all of this.
"""
