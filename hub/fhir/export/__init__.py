"""PZP naar buiten: entries of the dossier to FHIR resources, R4 and STU3 (IKNL proactieve zorgplanning).

Pure: no file, no network, no clock. :func:`resources_of` gives plain dicts that refer to each other as ``Type/id``;
:func:`bundle_of` makes one Bundle of them. What becomes what, and what stays behind: ``hub/fhir/README.md``.
"""

from hub.fhir.export.bundle import bundle_of, resources_of

__all__ = ["bundle_of", "resources_of"]
