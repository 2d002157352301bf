"""Second step: the columns of a file to canonical fields."""

from ingest.map.mapping import FLAG_FIELDS, MappedTable, Mapping, Match, apply_mapping
from ingest.map.propose import propose_mapping

__all__ = ["FLAG_FIELDS", "MappedTable", "Mapping", "Match", "apply_mapping", "propose_mapping"]
