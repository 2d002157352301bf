"""The small lists of tests/data/partner_lists, and what becomes of one: records, rejected rows, notices."""

from pathlib import Path

from ingest.upload import prepare_upload

LISTS = Path(__file__).resolve().parents[1] / "data" / "partner_lists"


def sent_list(name, file=None):
    """Return the path of a list's only file, or of the named one."""
    files = [path for path in sorted((LISTS / name).iterdir()) if path.name != "README"]
    return LISTS / name / file if file else files[0]


def checked_list(name, file=None):
    """Return the list read, mapped and checked: `frame`, `set_aside`, `notices`."""
    return prepare_upload(sent_list(name, file)).checked
