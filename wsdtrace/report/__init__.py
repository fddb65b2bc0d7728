"""One `Trace`, many renderers: what was found out about a capture becomes text, JSON and tables."""
