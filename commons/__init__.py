"""The domain of the commons and its database: partners, records, consent, release, districts, research."""
