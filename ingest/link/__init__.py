"""Fifth step: stored records to scored pairs, by a model that has a name and a version."""
