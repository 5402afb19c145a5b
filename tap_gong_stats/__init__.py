"""Singer tap for the statistics that Gong offers about sales conversations."""
