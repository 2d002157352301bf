"""What is kept outside the database so that what was closed stays closed: the ledger, and the secret of erasures."""
