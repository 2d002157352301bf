"""The common category scheme, its labels and the words partners use for each category."""
