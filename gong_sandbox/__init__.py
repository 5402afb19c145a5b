"""A local sandbox of the Gong API: the statistics endpoints for a fictional company."""
