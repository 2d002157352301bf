"""What a fetch of a source yields: one file on disk, and how far it can be trusted to be the whole list."""

from dataclasses import dataclass
from pathlib import Path

from ingest.remote.fetch import Validators

NOTHING_SAID = Validators()


@dataclass(frozen=True)
class Fetched:
    """The file, the ending of its name, and how many of the list's entries could not be had (these are not in it)."""

    path: Path
    suffix: str
    unreachable: int = 0
    validators: Validators = NOTHING_SAID
