"""What of the documentation is generated: one module per source."""
