"""What keeps a commons running: its backups, and restoring one so that nothing which was withdrawn comes back."""
