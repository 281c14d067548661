"""Drawings of a plan's graph: mermaid, DOT, JSON and a self-contained SVG, all from one neutral `Drawing`."""
