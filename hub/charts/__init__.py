"""Drawings as SVG, made by one template for every place where they are shown."""
