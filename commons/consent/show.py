"""What holds of a consent now, and why: the agreement, every statement, and what each reader is shown."""

from dataclasses import dataclass

from commons.consent.agreement import Signed, agreement_in_force
from commons.consent.cells import cells_of_bits
from commons.consent.explain import Told, View, statements_about, views
from commons.consent.records import About, find_record
from commons.database.connection import Connection
from commons.partners import Dataset
from commons.vocabulary import Audience, FieldGroup, Precision, Purpose


@dataclass(frozen=True)
class Agreed:
    """What an agreement lets an audience, or a named partner, do for one purpose; `finest` is None without a place."""

    audience: Audience
    partner: str | None
    purpose: Purpose
    field_groups: tuple[FieldGroup, ...]
    finest: Precision | None


@dataclass(frozen=True)
class Shown:
    """What holds of a record, or (without `views`) of a whole dataset; `signed` is None without agreement in force."""

    dataset: str
    record: str | None
    signed: Signed | None
    agreed: tuple[Agreed, ...]
    statements: tuple[Told, ...]
    views: tuple[View, ...]


def show(connection: Connection, dataset: Dataset, record_key: str | None = None) -> Shown:
    """Return what holds of a record or of the dataset, or raise CommonsError where there is no such record."""
    record_id = None
    if record_key is not None:
        record_id = find_record(connection, dataset, record_key, even_gone=True)
    return show_about(connection, dataset, About(dataset.dataset_id, record_id), record_key)


def show_about(connection: Connection, dataset: Dataset, about: About, record_key: str | None) -> Shown:
    """Return the same of a record known by its id."""
    signed = agreement_in_force(connection, dataset)
    return Shown(
        dataset.slug,
        record_key,
        signed,
        tuple(_agreed(connection, signed)) if signed else (),
        tuple(statements_about(connection, about)),
        tuple(views(connection, about)) if about.record_id is not None else (),
    )


def _agreed(connection: Connection, signed: Signed) -> list[Agreed]:
    rows = connection.execute(
        "SELECT g.audience, p.name, g.purpose, g.cells, g.finest FROM commons.agreed(%s) g"
        " LEFT JOIN commons.partner p USING (partner_id) WHERE g.cells <> 0"
        " ORDER BY g.audience, p.name NULLS FIRST, g.purpose",
        ([signed.agreement_id],),
    ).fetchall()
    return [
        Agreed(
            Audience(audience),
            partner,
            Purpose(purpose),
            tuple(group for group in FieldGroup if (group, Purpose(purpose)) in cells_of_bits(bits)),
            Precision(finest) if finest else None,
        )
        for audience, partner, purpose, bits, finest in rows
    ]
