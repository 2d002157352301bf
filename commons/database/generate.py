"""`make fields`: writes what follows from the catalogue of fields, the SQL routine and a migration of the tables."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from commons.database.embedded import DATABASE, EmbeddedCluster
from commons.database.migrate import write_migration
from commons.schema.routine import fields_routine

ROUTINE = Path(__file__).parent / "routines" / "fields.sql"


def main() -> None:
    """Write the routine; where the tables lack a field, write a migration too, and its path to the terminal."""
    ROUTINE.write_text(fields_routine(), "utf-8")
    with TemporaryDirectory(ignore_cleanup_errors=True) as home:
        cluster = EmbeddedCluster(Path(home), durable=False)
        cluster.start()
        try:
            written = write_migration(cluster.url(DATABASE), "Follow the catalogue of fields")
        finally:
            cluster.remove()
    if written:
        sys.stdout.write(f"{written}: read it before you commit it\n")


if __name__ == "__main__":
    main()
