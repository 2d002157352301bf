"""A source that is one file, of any format that the readers know."""

from pathlib import Path

from ingest.read.recognise import EXTENSIONS, recognise_content
from ingest.remote.address import Address
from ingest.remote.fetch import Fetcher, Validators
from ingest.remote.fetched import Fetched

SUFFIXES = {form: suffix for suffix, form in reversed(EXTENSIONS.items())}
"""The usual ending of each format: what the file is called follows from what it is, not from its address."""


def fetch_plain(fetcher: Fetcher, address: Address, folder: Path, known: Validators) -> Fetched | None:
    """Return the file, None where it has not changed."""
    path = folder / "file"
    answer = fetcher.get(address, path, known=known)
    if not answer.is_new:
        return None
    return Fetched(path, SUFFIXES[recognise_content(path)], validators=answer.validators)
