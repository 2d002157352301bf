"""Third step: mapped rows to checked records and notices."""
