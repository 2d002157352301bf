"""The columns of the catalogue's fields: as a version of a record has them, and as they are released."""

from typing import Any

from sqlalchemy import Boolean, Column, Date, Text
from sqlalchemy.dialects.postgresql import JSONB

from commons.database.tables.base import RESOURCE_KIND, SUBJECT_KIND, array_of
from commons.schema.fields import EMPTY, FIELDS, Field, FieldType
from commons.vocabulary import FieldGroup

COLUMN_TYPES: dict[FieldType, Any] = {
    FieldType.SUBJECT: SUBJECT_KIND,
    FieldType.RESOURCES: array_of(RESOURCE_KIND),
    FieldType.DATE: Date,
    FieldType.BOOLEAN: Boolean,
    FieldType.JSON: JSONB,
}
"""Those of the types that are not stored as text."""


def record_columns() -> list[Column[Any]]:
    """Return the columns of a version of a record."""
    return [
        Column(
            field.name,
            COLUMN_TYPES.get(field.type, Text),
            nullable=not field.required,
            server_default=EMPTY.get(field.type),
            comment="referred: reference.category" if field.type is FieldType.CATEGORY else field.comment,
        )
        for field in FIELDS
        if field.is_stored
    ]


def released_columns() -> list[Column[Any]]:
    """Return the columns of a released alternative. Only of identity is nothing ever kept back."""
    return [column for field in FIELDS for column in _released(field)]


def _released(field: Field) -> list[Column[Any]]:
    if field.type is FieldType.CHARTER:
        return [
            Column("charter_grade", Text, comment="A to F; null is not assessed"),
            Column("charter_reasons", Text),
            Column("charter_assessed_on", Date),
            Column("charter_assessed_by", Text),
        ]
    column_type = COLUMN_TYPES.get(field.type, Text)
    nullable = not (field.required and field.group is FieldGroup.IDENTITY)
    return [Column(name, column_type, nullable=nullable) for name in field.released_columns]
