"""The pages of the dashboard that everyone may open."""
