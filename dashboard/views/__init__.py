"""The pages: each arranges what the rooms below give it."""
