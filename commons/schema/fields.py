"""The catalogue of fields, read from `fields.toml`."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Any

from commons.vocabulary import FieldGroup


class FieldType(StrEnum):
    """What the values of a field are."""

    TEXT = "text"
    PHONE = "phone"
    EMAIL = "email"
    WEBSITE = "website"
    ENTERPRISE_NUMBER = "enterprise_number"
    POSTCODE = "postcode"
    CATEGORY = "category"
    SUBJECT = "subject"
    RESOURCES = "resources"
    DATE = "date"
    BOOLEAN = "boolean"
    JSON = "json"
    CHARTER = "charter"
    """A grade with its reasons, day and author: another table holds it, and a record is released with it."""


class ChosenBy(StrEnum):
    """What decides which value is shown, of several sources with the same authority."""

    ORDER = "order"
    FRESHNESS = "freshness"
    COMPLETENESS = "completeness"


SQL_TYPES = {
    FieldType.SUBJECT: "reference.subject_kind",
    FieldType.RESOURCES: "reference.resource_kind[]",
    FieldType.DATE: "date",
    FieldType.BOOLEAN: "boolean",
    FieldType.JSON: "jsonb",
}
"""How PostgreSQL calls the types that are not stored as text."""
EMPTY = {FieldType.RESOURCES: "{}", FieldType.JSON: "{}"}
"""What stands in a record that says nothing, of the types that are never null there."""
CHARTER_COLUMNS = ("charter_grade", "charter_reasons", "charter_assessed_on", "charter_assessed_by")
CONTACT_GROUPS = frozenset({FieldGroup.CONTACT_ORGANISATION, FieldGroup.CONTACT_PERSON})


@dataclass(frozen=True, slots=True)
class Field:
    """One field; `fields.toml` says what each of these means."""

    name: str
    type: FieldType = FieldType.TEXT
    group: FieldGroup | None = None
    exact_only: bool = False
    chosen_by: ChosenBy = ChosenBy.ORDER
    required: bool = False
    mappable: bool = True
    comparable: bool = False
    personal: bool = False
    comment: str | None = None

    def __post_init__(self) -> None:
        if self.group is FieldGroup.LOCATION and not self.exact_only:
            raise ValueError(f"{self.name} is part of a place, and has to be exact_only")

    @property
    def is_stored(self) -> bool:
        """Return whether a version of a record has a column for it."""
        return self.type is not FieldType.CHARTER

    @property
    def is_text(self) -> bool:
        """Return whether its values are stored as text."""
        return self.is_stored and self.type not in SQL_TYPES

    @property
    def sql_type(self) -> str:
        """Return the type of its column in a version of a record."""
        return SQL_TYPES.get(self.type, "text")

    @property
    def released_columns(self) -> tuple[str, ...]:
        """Return the columns that a released alternative has of it."""
        if self.group is None:
            return ()
        return CHARTER_COLUMNS if self.type is FieldType.CHARTER else (self.name,)

    @property
    def is_free_text(self) -> bool:
        """Return whether readers see it as it was written, so that a contact in it has to be masked."""
        return self.type is FieldType.TEXT and self.group is not None and self.group not in CONTACT_GROUPS


def read_fields(text: str) -> tuple[Field, ...]:
    """Return the fields that a catalogue lists, in its order."""
    return tuple(_field(name, entry) for name, entry in tomllib.loads(text).items())


def _field(name: str, entry: dict[str, Any]) -> Field:
    coded: dict[str, Any] = {
        key: codes(entry[key])
        for key, codes in (("type", FieldType), ("group", FieldGroup), ("chosen_by", ChosenBy))
        if key in entry
    }
    return Field(name, **(entry | coded))


FIELDS = read_fields((files("commons.schema") / "fields.toml").read_text("utf-8"))

STORED_FIELDS = tuple(field.name for field in FIELDS if field.is_stored)
"""What a version of a record has a column for; a change in one of them makes a new version."""


def names_of(*types: FieldType) -> tuple[str, ...]:
    """Return the names of the fields of these types, in the order of the catalogue."""
    return tuple(field.name for field in FIELDS if field.type in types)


OF_A_PERSON = {
    own.name: person.name
    for own in FIELDS
    for person in FIELDS
    if own.group is FieldGroup.CONTACT_ORGANISATION
    and person.group is FieldGroup.CONTACT_PERSON
    and own.type is person.type
    and own.type is not FieldType.TEXT
}
"""The contacts of an organisation, each with the same of a person."""
