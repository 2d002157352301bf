"""The ground under the map: streets, water, green, rail. `packaged` has a small, partial extract of OpenStreetMap."""
