"""How long each text of a proposal may be."""

LONGEST = {
    "told": 1000, "why": 1000, "name": 200, "category": 50, "address": 300, "website": 300, "description": 2000,
    "contact": 254, "note": 500, "decided_by": 200,
}  # fmt: skip
"""In letters. A proposal takes some 4 kB, 24 at the very most; routines/proposals.sql says how many are taken."""
