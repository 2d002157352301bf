"""Tests on files that are not ours to give: `make field DATA=FOLDER` runs them, and nothing else does."""

import os
from pathlib import Path

import pytest

collect_ignore_glob = [] if os.environ.get("COMMONS_FIELD_DATA") else ["test_*.py"]


@pytest.fixture(scope="session")
def data() -> Path:
    """Return the folder of the files: `mirror`, `partners`, `awkward` and `linkage` lie in it."""
    return Path(os.environ["COMMONS_FIELD_DATA"])
