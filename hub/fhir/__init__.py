"""IKNL's national PZP standard (STU3 and R4) in and out of the dossier."""
