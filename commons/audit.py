"""Writing to the audit log; the database chains the events and refuses to change them."""

from psycopg.types.json import Jsonb

from commons.database.connection import Connection


def record_event(
    connection: Connection, actor: str, action: str, object_kind: str, object_id: object, **detail: object
) -> None:
    """Append one event. `detail` holds ids and counts, never a value of a record."""
    connection.execute(
        "INSERT INTO commons.audit_event (actor, action, object_kind, object_id, detail) VALUES (%s, %s, %s, %s, %s)",
        (actor, action, object_kind, str(object_id), Jsonb(detail)),
    )
