"""Run by test_fields.py in a copy of the project whose catalogue has one field more: prints what became of its value.

The database has the tables of before; its address is in DATABASE_URL, and the field's name the first argument.
"""

import json
import os
import sys
import tempfile
from datetime import datetime
from pathlib import Path

import psycopg
from psycopg import sql

from builders import make_dataset, open_terms
from commons.calendar import LOCAL
from commons.consent.erase import erase
from commons.database.connection import Role, connect
from commons.database.migrate import check, upgrade
from commons.release import released
from commons.vocabulary import Audience, Language
from ingest.upload import commit_upload, prepare_upload
from maps.export import export_page
from maps.filters import read_filters

VALUE = "@lieu@canary.example"
LIST = f"""id,nom,latitude,longitude,Compte Mastodon,visibility,precision,contact
one,Le Lieu,50.8358,4.3663,{VALUE},public,exact,partners
two,,50.8358,4.3663,{VALUE},public,exact,partners
"""
TABLES = """
SELECT c.oid::regclass::text FROM pg_class c
 WHERE c.relkind = 'r' AND c.relnamespace::regnamespace::text ~ '^(commons|released)' ORDER BY 1
"""


def main(field: str) -> dict[str, object]:
    url = os.environ["DATABASE_URL"]
    upgrade(url)
    check(url)
    with connect(Role.INGEST) as connection:
        dataset = make_dataset(connection, "list", open_terms())
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "list.csv"
        file.write_text(LIST, "utf-8")
        prepared = prepare_upload(file)
        with connect(Role.INGEST) as connection:
            stored = commit_upload(connection, dataset, prepared, uploaded_by="t").stored
    seen = {
        "mapped": prepared.mapping.column_of.get(field),
        "counts": [stored.new, stored.set_aside],
        "held": holding(url),
        "released": {
            audience.value: shown(field, audience) for audience in Audience if audience != "partner"
        },
        "exported": {audience.value: exported(audience) for audience in (Audience.PUBLIC, Audience.PARTNERS)},
    }
    with connect(Role.INGEST) as connection:
        erase(connection, dataset, record_key="one", erased_by="A. Person")
    return seen | {"held_after": holding(url)}


def holding(url: str) -> list[str]:
    """Return every table that has the value somewhere."""
    with psycopg.connect(url) as connection:
        tables = [table for (table,) in connection.execute(TABLES).fetchall()]
        return [
            table
            for table in tables
            if connection.execute(
                f"SELECT FROM {table} t WHERE t::text LIKE %s LIMIT 1", (f"%{VALUE}%",)
            ).rowcount
        ]


def shown(field: str, audience: Audience) -> list[str | None]:
    query = sql.SQL("SELECT {} FROM alternative").format(sql.Identifier(field))
    with connect(released(audience).login) as connection:
        return [value for (value,) in connection.execute(query).fetchall()]


def exported(audience: Audience) -> bool:
    page = export_page(
        released(audience), language=Language.FR, filters=read_filters({}), address="https://carte.example/",
        at=datetime.now(LOCAL),
    )  # fmt: skip
    return VALUE in page and "Compte Mastodon" in page


if __name__ == "__main__":
    json.dump(main(sys.argv[1]), sys.stdout)
