"""`make fields`: writes anew what PostgreSQL knows of the fields."""

from pathlib import Path

from commons.schema.routine import fields_routine

ROUTINE = Path(__file__).parents[1] / "database" / "routines" / "fields.sql"

if __name__ == "__main__":
    ROUTINE.write_text(fields_routine(), "utf-8")
