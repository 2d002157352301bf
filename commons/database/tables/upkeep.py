"""When what must be done by the clock was done last."""

from sqlalchemy import CheckConstraint, Column, Table, Text

from commons.database.tables.base import PRIVATE, metadata, moment

upkeep = Table(
    "upkeep",
    metadata,
    Column("job", Text, primary_key=True),
    moment("done_at"),
    CheckConstraint("job IN ('due', 'everything')", name="job"),
    comment="when the release was last swept: what was due by the clock, or everything",
    schema=PRIVATE,
)
