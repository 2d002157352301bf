"""Accepting a proposed addition: it becomes a record of a partner's own list, by the way of every upload."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from commons.database.connection import Connection
from commons.errors import CommonsError
from commons.partners import Dataset
from commons.proposals.queue import Decider, Proposal, decide, find_proposal
from commons.vocabulary import ProposalKind, UploadMode
from ingest.link.linker import Linker
from ingest.map.presets import find_preset
from ingest.merge.merge import merge
from ingest.notices import NoticeCode
from ingest.store.store import StoredUpload, UploadedFile, store
from ingest.upload import prepare_upload

TEMPLATE = "template"
KEY = "proposal-{}"
"""The key of the record that a proposal becomes, by its reference."""


def accept_addition(
    connection: Connection,
    reference: str,
    dataset: Dataset,
    decider: Decider,
    *,
    linker: Linker | None = None,
) -> StoredUpload:
    """Return what was stored: one record, shown as far as the list's agreement goes, undone as any upload is.

    It says nothing of consent, for a visitor cannot. The caller commits. Raises CommonsError where the checks of every
    upload set it aside, or the list is not the deciding partner's.
    """
    partner = decider.partner
    proposal = find_proposal(connection, reference, partner)
    if proposal.kind is not ProposalKind.ADDITION:
        raise CommonsError("proposal.not_addition")
    if partner is not None and dataset.partner_id != partner.partner_id:
        raise CommonsError("dataset.unknown", slug=dataset.slug)
    with connection.transaction():
        stored = _store(connection, dataset, proposal, decider.name)
        if stored.new != 1:
            told = [NoticeCode[code].what() for code in stored.notices["code"]]
            raise CommonsError("proposal.set_aside", why=" ".join(told))
        merge(connection, linker)
        decide(connection, proposal, "accepted", decider, upload_id=stored.upload_id)
    return stored


def _store(connection: Connection, dataset: Dataset, proposal: Proposal, by: str) -> StoredUpload:
    """Store the proposal as a part of the list; the mapping saved for it is for the partner's own columns."""
    with TemporaryDirectory(prefix="commons-") as folder:
        path = Path(folder) / f"{KEY.format(proposal.reference)}.csv"
        row_of(proposal).to_csv(path, index=False)
        prepared = prepare_upload(path, chosen=find_preset(TEMPLATE))
        mapping = prepared.mapping.column_of
        file = UploadedFile(prepared.sha256, path.name, prepared.format.value, mapping, preset=TEMPLATE)
        return store(connection, dataset, file, prepared.chunks(), mode=UploadMode.PARTIAL, uploaded_by=by)


def row_of(proposal: Proposal) -> pd.DataFrame:
    """Return the proposal as a list of one row in the commons' own template."""
    row = {
        "partner_key": KEY.format(proposal.reference),
        "name": proposal.name,
        f"description_{proposal.language}": proposal.description,
        "category": proposal.category,
        "website": proposal.website,
        "address": proposal.address,
        "lat": proposal.lat,
        "lon": proposal.lon,
    }
    return pd.DataFrame([{name: value for name, value in row.items() if value is not None}])
