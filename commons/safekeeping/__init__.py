"""What is kept outside the database so that nothing is lost and nothing comes back: key, ledger, backups."""
