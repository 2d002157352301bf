"""The sentence of consent: this audience may use these field groups, for these purposes, at this precision."""

from dataclasses import dataclass

from commons.vocabulary import Audience, FieldGroup, Precision, Purpose, Visibility

SHOWN = (
    FieldGroup.EXISTENCE,
    FieldGroup.IDENTITY,
    FieldGroup.DESCRIPTION,
    FieldGroup.LOCATION,
    FieldGroup.RESOURCES,
)
COUNTED = (FieldGroup.EXISTENCE, FieldGroup.IDENTITY, FieldGroup.LOCATION, FieldGroup.RESOURCES)
MATCHED = (FieldGroup.EXISTENCE, FieldGroup.IDENTITY, FieldGroup.LOCATION, FieldGroup.CONTACT_ORGANISATION)
"""What is compared with others' records in order to merge: even a withheld record, so that it is not added again."""

AUDIENCE_OF = {Visibility.PUBLIC: Audience.PUBLIC, Visibility.PARTNERS: Audience.PARTNERS}


@dataclass(frozen=True)
class Sentence:
    """One row of agreement_term or consent; precision None leaves it to the agreement."""

    audience: Audience
    field_groups: tuple[FieldGroup, ...]
    purposes: tuple[Purpose, ...]
    precision: Precision | None

    def columns(self) -> tuple[str, list[str], list[str], str | None]:
        """Return audience, field groups, purposes and precision as PostgreSQL takes them."""
        return (
            self.audience.value,
            [group.value for group in self.field_groups],
            [purpose.value for purpose in self.purposes],
            self.precision.value if self.precision else None,
        )


def sentences_of(
    visibility: Visibility,
    precision: Precision | None,
    contact: Visibility | None,
    *,
    statistics: bool,
    reuse: bool,
) -> list[Sentence]:
    """Return what the flags of a file, or the terms of an agreement, allow; what they leave out is not allowed.

    Statistics about what is not public are for researchers. A person's contact is in none of these: a partner's
    statement is no evidence for it.
    """
    sentences = [Sentence(Audience.PARTNERS, MATCHED, (Purpose.MATCHING,), precision)]
    if visibility in AUDIENCE_OF and precision is not Precision.WITHHELD:
        purposes = (Purpose.DISPLAY, Purpose.REUSE) if reuse else (Purpose.DISPLAY,)
        sentences.append(Sentence(AUDIENCE_OF[visibility], SHOWN, purposes, precision))
    if statistics:
        audience = Audience.PUBLIC if visibility is Visibility.PUBLIC else Audience.RESEARCHERS
        sentences.append(Sentence(audience, COUNTED, (Purpose.STATISTICS,), precision))
    if contact in AUDIENCE_OF:
        sentences.append(
            Sentence(
                AUDIENCE_OF[contact],
                (FieldGroup.CONTACT_ORGANISATION,),
                (Purpose.DISPLAY, Purpose.CONTACT),
                precision,
            )
        )
    return sentences
