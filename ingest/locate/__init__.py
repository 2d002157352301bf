"""Beside the steps: addresses without a position to places found for them, each with what it rests on."""
