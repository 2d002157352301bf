"""Second step: the columns of a file to canonical fields."""

from ingest.map.apply import apply_mapping
from ingest.map.fields import FLAG_FIELDS
from ingest.map.mapping import MappedTable, Mapping, Match, Split
from ingest.map.propose import propose_mapping

__all__ = ["FLAG_FIELDS", "MappedTable", "Mapping", "Match", "Split", "apply_mapping", "propose_mapping"]
