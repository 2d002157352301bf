"""The tables, as SQLAlchemy metadata: one module per noun, `metadata` for all of them.

Three kinds of schema: `commons` is private to the owner and to ingest; `reference` holds open data that everyone may
read; `released_*` hold, per audience, what that audience may have. Functions, triggers, views and rights are SQL files
in `commons/database/routines`.
"""

from commons.database.tables import (
    alternative,
    audit,
    consent,
    egress,
    linking,
    location,
    mapping,
    mutualisation,
    partner,
    proposal,
    record,
    reference,
    released,
    remote_source,
    statistic,
    upkeep,
    upload,
)
from commons.database.tables.base import metadata

__all__ = [
    "alternative",
    "audit",
    "consent",
    "egress",
    "linking",
    "location",
    "mapping",
    "metadata",
    "mutualisation",
    "partner",
    "proposal",
    "record",
    "reference",
    "released",
    "remote_source",
    "statistic",
    "upkeep",
    "upload",
]
