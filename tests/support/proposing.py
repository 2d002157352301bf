"""Proposals with valid defaults, and what became of them."""

from commons.proposals.draft import Draft
from commons.vocabulary import Language, ProposalKind, ProposedField


def addition(**values):
    told = {"name": "Un potager", "address": "Rue Haute 1, 1000 Bruxelles", **values}
    return Draft(kind=ProposalKind.ADDITION, language=Language.FR, **told)


def error(public_id, **values):
    told = {"field": ProposedField.NAME, "told": "Un autre nom", **values}
    return Draft(kind=ProposalKind.ERROR, language=Language.NL, about=public_id, **told)


def public_id_of(database, stored, audience="public"):
    ((public_id,),) = database.rows(
        f"SELECT public_id FROM commons.released_alternative WHERE alternative_id = {stored.alternative_id}"
        f" AND audience = '{audience}'"
    )
    return public_id


def stored(database):
    return database.rows("SELECT count(*) FROM commons.proposal")[0][0]
