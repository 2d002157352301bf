"""What visitors propose, and what people decide on it. Accepting one never changes the map by itself."""
