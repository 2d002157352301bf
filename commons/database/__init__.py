"""The database of the commons: where it runs, its schema, its roles."""
