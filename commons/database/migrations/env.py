"""Alembic's environment: always online, on the connection that `commons.database.migrate` hands over."""

from typing import Any

from alembic import context
from geoalchemy2 import alembic_helpers

from commons.database.tables import metadata
from commons.database.tables.base import PRIVATE, REFERENCE


def include_name(name: str | None, kind: str, parent_names: Any) -> bool:
    """Look at our own schemas only; the released schemas hold nothing but partitions of private tables, and views."""
    return name in {PRIVATE, REFERENCE} if kind == "schema" else True


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_schemas=True,
    include_name=include_name,
    include_object=alembic_helpers.include_object,
    process_revision_directives=alembic_helpers.writer,
    render_item=alembic_helpers.render_item,
    version_table_schema=PRIVATE,
    compare_type=True,
)
context.run_migrations()
