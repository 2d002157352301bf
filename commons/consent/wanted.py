"""What someone wants of a consent, in the words of the flags of a file, and what that closes to each reader."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from commons.consent.cells import SPOKEN_OF, Cells, cells_for, sentences_for
from commons.consent.sentence import Sentence, sentences_of
from commons.vocabulary import Audience, ConsentEffect, FieldGroup, Precision, Visibility

Statement = tuple[ConsentEffect, Sentence]

RESTRICTED = (Audience.PARTNER, Audience.RESEARCHERS, Audience.PUBLIC)
"""To whom restrictions are told: the two ends of the audiences, which bind all further out; then the public alone."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Flags; `licence` None leaves the licence as it is, `until` None the end (for what is widened: 24 months).

    `until` is the first day on which it no longer holds.
    """

    visibility: Visibility
    precision: Precision
    contact: Visibility
    statistics: bool
    reuse: bool
    licence: str | None = None
    until: date | None = None

    def sentences(self) -> list[Sentence]:
        """Return what the flags allow."""
        return sentences_of(
            self.visibility, self.precision, self.contact, statistics=self.statistics, reuse=self.reuse
        )

    def cells(self, audience: Audience) -> Cells:
        """Return what the flags allow an audience."""
        return cells_for(audience, self.sentences())

    def restrictions(self) -> list[Statement]:
        """Return the statements that close all that the flags speak of and do not allow, to each reader.

        They outlast later files, and agreements that open more.
        """
        found: list[Statement] = []
        closed: dict[Audience, Cells] = {}
        for audience in RESTRICTED:
            closed[audience] = SPOKEN_OF - self.cells(audience)
            if audience is Audience.PUBLIC:
                closed[audience] -= closed[Audience.PARTNER] | closed[Audience.RESEARCHERS]
            found += [
                (ConsentEffect.DENY, sentence) for sentence in sentences_for(audience, closed[audience], None)
            ]
        if self.precision is not Precision.EXACT:
            found += [
                (ConsentEffect.COARSEN, Sentence(audience, (FieldGroup.LOCATION,), (), self.precision))
                for audience in RESTRICTED[:2]
            ]
        return found

    def codes(self) -> dict[str, Any]:
        """Return the flags as codes, as a proposal keeps them."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(self).items()
        }


def wanted_of(codes: Mapping[str, Any]) -> Wanted:
    """Return the flags that `Wanted.codes` told."""
    return Wanted(
        visibility=Visibility(codes["visibility"]),
        precision=Precision(codes["precision"]),
        contact=Visibility(codes["contact"]),
        statistics=codes["statistics"],
        reuse=codes["reuse"],
        licence=codes["licence"],
        until=date.fromisoformat(codes["until"]) if codes["until"] else None,
    )
