"""The partner's desk: a list on its way in, and what is decided about it."""
