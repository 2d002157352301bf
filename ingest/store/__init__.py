"""Fourth step: checked records to stored versions, every one kept."""
