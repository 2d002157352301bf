"""A partner's list sent once and then again with a row of each fate, and rows that are set aside."""

from functools import partial
from types import SimpleNamespace

import pytest
from sending import confirmed

from builders import make_dataset, open_terms
from commons.database.connection import Role, connect
from commons.vocabulary import UploadMode
from ingest.upload import commit_with_account, prepare_upload, preview_upload

HEADER = "id,nom,latitude,longitude,contact"
FIRST = ["1,Un,50.84,4.36,", "2,Deux,50.85,4.37,", "3,Trois,50.86,4.35,"]
SECOND = [
    "1,Un,50.84,4.36,",
    "2,Deux bis,50.85,4.37,",
    "4,Quatre,,,",
    "5,,50.84,4.36,",
    "6,Paris,48.85,2.35,",
]


@pytest.fixture
def sender(database, tmp_path):
    """Return functions that send rows as the dataset's whole list (or a part of it), or try it out."""
    with connect(Role.INGEST) as connection:
        dataset = make_dataset(connection, "list", open_terms())

    def prepared(rows, header=HEADER, name="list.csv"):
        file = tmp_path / "list.csv"
        file.write_text("\n".join([header, *rows]), "utf-8")
        return prepare_upload(file, name)

    def send(rows, mode=UploadMode.FULL, **told):
        with connect(Role.INGEST) as outside, connect(Role.INGEST) as connection:
            values = {"uploaded_by": "t", "mode": mode}
            return confirmed(
                connection,
                partial(commit_with_account, connection, outside, dataset, prepared(rows, **told)),
                **values,
            )

    def preview(rows, mode=UploadMode.FULL):
        with connect(Role.INGEST) as connection:
            return preview_upload(connection, dataset, prepared(rows), uploaded_by="t", mode=mode)

    return SimpleNamespace(
        dataset=dataset, send=send, preview=preview, first=FIRST, second=SECOND, database=database
    )
