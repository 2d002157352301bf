"""Cells: pairs of a field group and a purpose, the grain in which consent is counted; PostgreSQL keeps them as bits."""

from collections.abc import Iterable

from commons.consent.sentence import MATCHED, Sentence
from commons.vocabulary import Audience, FieldGroup, Precision, Purpose

Cells = frozenset[tuple[FieldGroup, Purpose]]

EVERY_CELL: Cells = frozenset((group, purpose) for group in FieldGroup for purpose in Purpose)

SPOKEN_OF: Cells = frozenset(
    (group, purpose)
    for group, purpose in EVERY_CELL
    if (group in MATCHED if purpose is Purpose.MATCHING else group is not FieldGroup.CONTACT_PERSON)
)
"""What flags speak of: a person's contact details, and comparing what no flag offers, are beyond them."""

ALLOWED_BY = {
    Audience.PUBLIC: {Audience.PUBLIC},
    Audience.PARTNERS: {Audience.PUBLIC, Audience.PARTNERS},
    Audience.PARTNER: {Audience.PUBLIC, Audience.PARTNERS, Audience.PARTNER},
    Audience.RESEARCHERS: {Audience.PUBLIC, Audience.RESEARCHERS},
}
"""The audiences whose permissions also hold for this one; its restrictions hold for all who have it among theirs."""


def cells_of_bits(bits: int) -> Cells:
    """Return the cells that `commons.cells` numbered so.

    >>> sorted(cells_of_bits(0b100001))[0]
    (<FieldGroup.EXISTENCE: 'existence'>, <Purpose.DISPLAY: 'display'>)
    """
    return frozenset(
        (group, purpose)
        for row, group in enumerate(FieldGroup)
        for column, purpose in enumerate(Purpose)
        if bits >> (len(Purpose) * row + column) & 1
    )


def bits_of_cells(cells: Cells) -> int:
    """Return the number that `commons.cells` gives these cells.

    >>> cells_of_bits(bits_of_cells(SPOKEN_OF)) == SPOKEN_OF
    True
    """
    rows, columns = list(FieldGroup), list(Purpose)
    return sum(1 << (len(columns) * rows.index(group) + columns.index(purpose)) for group, purpose in cells)


def cells_for(audience: Audience, sentences: Iterable[Sentence]) -> Cells:
    """Return what these sentences allow an audience, of itself or because they allow it to one further out."""
    return frozenset(
        (group, purpose)
        for sentence in sentences
        if sentence.audience in ALLOWED_BY[audience]
        for group in sentence.field_groups
        for purpose in sentence.purposes
    )


def sentences_for(audience: Audience, cells: Cells, precision: Precision | None) -> list[Sentence]:
    """Return as few sentences as say these cells to an audience: one for all purposes with the same field groups."""
    purposes_of: dict[tuple[FieldGroup, ...], list[Purpose]] = {}
    for purpose in Purpose:
        groups = tuple(group for group in FieldGroup if (group, purpose) in cells)
        if groups:
            purposes_of.setdefault(groups, []).append(purpose)
    return [
        Sentence(audience, groups, tuple(purposes), precision) for groups, purposes in purposes_of.items()
    ]
