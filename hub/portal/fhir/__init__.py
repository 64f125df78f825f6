"""FHIR over HTTP (``/fhir/r4/…``, ``/fhir/stu3/…``): the PZP provider of IKNL's guide, for other systems (ADR 0037)."""
