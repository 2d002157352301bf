"""Lists that are fetched from an address: made into one file, which then goes the way of every file."""
