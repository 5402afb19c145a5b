"""The settings: declared once in `definitions`, checked and typed as `settings.Settings`.

The bottom layer: it imports nothing from the rest of the tap.
"""
