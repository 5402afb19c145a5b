"""The settings: declared once, checked, and typed."""
