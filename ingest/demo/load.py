"""Storing the fictional partners, their agreements and their files, as any partner's are stored."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commons.consent.agreement import AgreementTerms, sign_agreement
from commons.database.connection import Connection
from commons.errors import CommonsError
from commons.partners import Dataset, add_dataset, add_partner
from commons.vocabulary import Precision, Stance, UploadMode, Visibility
from ingest.map.saved import latest_mapping
from ingest.upload import CommittedUpload, commit_upload, prepare_upload

REAL = r"SELECT FROM commons.partner WHERE name !~ '\((fictif|fictief|fictional)\)$' LIMIT 1"


@dataclass(frozen=True)
class DemoPartner:
    """A fictional partner as `partners.toml` tells it."""

    slug: str
    name: str
    dataset: dict[str, Any]
    agreement: dict[str, Any]


def demo_partners(folder: Path) -> list[DemoPartner]:
    """Return the partners whose files `write_demo` wrote to the folder."""
    listed = tomllib.loads((folder / "partners.toml").read_text("utf-8"))["partner"]
    return [DemoPartner(**entry) for entry in listed]


def load_demo_partner(connection: Connection, folder: Path, partner: DemoPartner) -> CommittedUpload:
    """Return what the partner's upload changed: nothing where it was stored before."""
    refuse_real_partners(connection)
    dataset = _signed(connection, partner)
    prepared = prepare_upload(folder / partner.dataset["file"], saved=latest_mapping(connection, dataset))
    return commit_upload(connection, dataset, prepared, uploaded_by="commons demo", mode=UploadMode.FULL)


def refuse_real_partners(connection: Connection) -> None:
    """Raise CommonsError in a commons that holds real partners: nothing invented is mixed with what they told."""
    if connection.execute(REAL).fetchone() is not None:
        raise CommonsError("demo.real_partners")


def _signed(connection: Connection, told: DemoPartner) -> Dataset:
    """Return the partner's dataset, under the agreement it signed."""
    terms = dict(told.agreement)
    attribution, approved_by = terms.pop("attribution"), terms.pop("approved_by")
    partner = add_partner(connection, told.slug, told.name)
    dataset = add_dataset(connection, partner, told.dataset["slug"], told.dataset["title"], attribution)
    signed = connection.execute(
        "SELECT FROM commons.agreement WHERE dataset_id = %s AND ended_at IS NULL", (dataset.dataset_id,)
    ).fetchone()
    if signed is None:
        kinds = {"stance": Stance, "visibility": Visibility, "contact": Visibility, "precision": Precision}
        signed_terms = AgreementTerms(**terms | {k: kind(terms[k]) for k, kind in kinds.items()})
        sign_agreement(connection, dataset, signed_terms, approved_by)
    return dataset
