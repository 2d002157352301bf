"""Second step: the columns of a file to canonical fields."""
