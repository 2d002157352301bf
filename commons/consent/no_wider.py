"""Letting an upload that no person looked at close what it says, and open nothing that was closed before it."""

from commons.database.connection import Connection
from commons.database.statements import copy_rows, run_file
from commons.partners import Dataset

PERMITTED = ("purpose", "audience", "partner_id", "record_id", "rights", "precision", "licence", "expires_at")
OF_GONE = """
SELECT purpose::text, p.audience::text, p.partner_id, p.record_id, p.rights, p.precision::text, p.licence, p.expires_at
  FROM unnest(enum_range(NULL::reference.purpose)) AS purpose
 CROSS JOIN LATERAL commons.permissions(%s::bigint[], purpose, now()) p
 WHERE p.rights <> 0
"""


def note_permitted(connection: Connection, dataset: Dataset) -> None:
    """Keep, in this transaction, what each reader may do with each record of the dataset, before an upload is stored.

    Of a record that has gone it is what they could if it came back as it was.
    """
    run_file(connection, "commons.consent", "permitted_before", {"dataset_id": dataset.dataset_id})
    gone = [
        row[0] for row in connection.execute("SELECT record_id FROM record_before WHERE gone_at IS NOT NULL")
    ]
    if not gone:
        return
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL enable_nestloop = off")  # as in permitted_before.sql
        connection.execute(
            "UPDATE commons.source_record SET gone_at = NULL WHERE record_id = ANY (%s)", (gone,)
        )
        permitted = connection.execute(OF_GONE, (gone,)).fetchall()
    copy_rows(connection, "permitted_before", PERMITTED, permitted)


def hold_back(connection: Connection, dataset: Dataset, upload_id: int) -> int:
    """Return of how many records that were there before it the upload would have opened something: it does not."""
    values = {"dataset_id": dataset.dataset_id, "upload_id": upload_id}
    row = run_file(connection, "commons.consent", "hold_back", values).fetchone()
    assert row is not None  # noqa: S101 - an aggregate
    return int(row[0])
