"""What PostgreSQL knows of the fields: `fields.template.sql`, filled with the catalogue."""

from collections.abc import Iterable
from importlib.resources import files
from string import Template
from textwrap import fill

from commons.schema.fields import EMPTY, FIELDS, Field, FieldType
from commons.vocabulary import FieldGroup

LINE_LETTERS = 120


def fields_routine() -> str:
    """Return the text of `commons/database/routines/fields.sql`."""
    template = (files("commons.schema") / "fields.template.sql").read_text("utf-8")
    shown = [field for field in FIELDS if field.group]
    return Template(template).substitute(
        fields=f",\n{11 * ' '}".join(map(_row, shown)),
        asserted=_lines(map(_asserted, shown), indent=11),
        without_text=",".join(field.name for field in shown if not _holds_text(field)),
        of_person=",".join(field.name for field in shown if field.group is FieldGroup.CONTACT_PERSON),
        released=_lines(map(_released, shown), indent=8),
    )


def _row(field: Field) -> str:
    exact_only, is_personal = (str(flag).lower() for flag in (field.exact_only, field.personal))
    return f"('{field.name}', '{field.group}', {exact_only}, '{field.chosen_by}', {is_personal})"


def _asserted(field: Field) -> str:
    if field.type is FieldType.CHARTER:
        return f"'{field.name}', charter.assessment"
    empty = "" if field.is_text else EMPTY.get(field.type)
    return (
        f"'{field.name}', v.{field.name}"
        if empty is None
        else f"'{field.name}', nullif(v.{field.name}, '{empty}')"
    )


def _holds_text(field: Field) -> bool:
    return field.is_free_text or field.type in {FieldType.WEBSITE, FieldType.CHARTER}


def _released(field: Field) -> str:
    """Return its columns in a reader's view, quoted within a text; a list that is kept back is empty there."""
    if field.type is FieldType.RESOURCES:
        return f"coalesce({field.name}::text[], ''{{}}'') AS {field.name}"
    return ", ".join(field.released_columns)


def _lines(parts: Iterable[str], *, indent: int) -> str:
    """Return the parts with commas between them, in lines; no part is broken."""
    whole = ", ".join(part.replace(" ", "\0") for part in parts)
    lines = fill(
        whole, LINE_LETTERS, subsequent_indent=indent * " ", break_long_words=False, break_on_hyphens=False
    )
    return lines.replace("\0", " ")
