"""What became of an upload, told to the partner who sent it: before it is stored, right after, and years later."""
