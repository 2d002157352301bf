"""A partner's file on its way in: read, map, check, store, link, merge."""
