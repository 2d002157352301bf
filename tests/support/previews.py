"""All that a trial shows to the partner of a list: by the commands, on the page, in the report, by a consent link."""

import re
from difflib import ndiff
from pathlib import Path

from command_line import commons_here
from streamlit.testing.v1 import AppTest

import dashboard
from commons.consent.link import LINK_PATH, follow_link, issue_link
from commons.consent.receipt import read_receipt, withdraw_by_link
from commons.database.connection import Role, connect
from commons.partners import find_dataset, find_partner, issue_token
from commons.vocabulary import FieldGroup, Language, UploadMode
from dashboard.consent_words import EVERYTHING, ConsentWords
from ingest.report.sent import uploads_of

CHANGES = re.compile(
    r"\d\d/\d\d/\d{4} \d\d:\d\d|\d{1,2} \w{3} \d{4}, \d\d:\d\d|/consent/[\w-]{43}|\d{4}-\d\d-\d\d \d\d:\d\d\S*"
    r"|\b\d:\d\d:\d\d\b|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
"""Moments, how long a step took, random ids, and the token of a link: they differ between any two runs."""
RUN_SECONDS = 40


def same_in_any_run(text: str) -> str:
    """Return a text without what no two runs have in common."""
    return CHANGES.sub("…", text)


def command(*words: str) -> str:
    """Return what a command prints, and how it ends."""
    status, printed = commons_here(*words)
    return same_in_any_run(f"{status} {printed}")


def trials(dataset: str, partner: str, file: Path, *, record: str, latest: int) -> dict[str, str]:
    """Return what each trial of one partner shows, by name; nothing is changed but the links and tokens that it makes."""
    report = file.with_suffix(".html")
    seen = {
        "upload": command("upload", dataset, str(file), "--partial", "--dry-run", "--report", str(report)),
        "report": same_in_any_run(report.read_text("utf-8")),
        "undo": command("uploads", "undo", dataset, str(latest), "--by", "x", "--dry-run"),
        "withdraw": command("consent", "withdraw", dataset, "--by", "x", "--dry-run"),
        "withdraw one": command("consent", "withdraw", dataset, "--record", record, "--by", "x", "--dry-run"),
        "narrow": command("consent", "set", dataset, "--visibility", "partners", "--by", "x", "--dry-run"),
        "narrow one": command(
            "consent", "set", dataset, "--record", record, "--precision", "commune", "--by", "x", "--dry-run"
        ),
        "erase": command("consent", "erase", dataset, "--record", record, "--by", "x", "--dry-run"),
    }
    return seen | page(partner, file, latest) | by_link(dataset, record)


def stored(dataset: str, partner: str, file: Path) -> dict[str, str]:
    """Return what is shown once the file is stored: at once, and of an upload of the past."""
    report = file.with_suffix(".html")
    seen = {
        "stored": command("upload", dataset, str(file), "--partial", "--report", str(report)),
        "report of what is stored": same_in_any_run(report.read_text("utf-8")),
        "page of what is stored": shown(entered(partner)),
    }
    with connect(Role.INGEST) as connection:
        found = find_dataset(connection, dataset)
        latest = str(uploads_of(connection, found)[0].upload_id)
    seen["list"] = command("uploads", "list", dataset)
    seen["report later"] = command("uploads", "report", dataset, latest, str(report))
    return seen | {"report of the past": same_in_any_run(report.read_text("utf-8"))}


def page(partner: str, file: Path, latest: int) -> dict[str, str]:
    """Return what the page of a partner shows: of its list, of a file before it is stored, of undoing the latest."""
    visit = entered(partner)
    seen = {"page": shown(visit)}
    seen["page with a file"] = shown(with_file(visit, file))
    visit = entered(partner)
    next(button for button in visit.button if str(latest) in button.label).click().run()
    return seen | {"page of undoing": shown(visit)}


def with_file(visit: AppTest, file: Path) -> AppTest:
    """Return the page once a file was chosen, as a part of the list: what storing it would change is shown."""
    visit.file_uploader[0].set_value((file.name, file.read_bytes(), "text/csv")).run()
    if visit.radio[0].value is None:
        visit.radio[0].set_value(UploadMode.PARTIAL).run()
    return visit


def entered(partner: str) -> AppTest:
    """Return the upload page of a partner who has given its token, in the language that the tests' own process has."""
    with connect(Role.INGEST) as connection:
        token = issue_token(connection, find_partner(connection, partner))
    visit = AppTest.from_file(Path(dashboard.__file__).parent / "app.py", default_timeout=RUN_SECONDS)
    visit.switch_page("views/upload.py")
    visit.query_params["lang"] = "fr"
    visit.run()
    visit.text_input[0].set_value(token)
    return visit.button[0].click().run()


def shown(visit: AppTest) -> str:
    """Return every element of a page as text."""
    assert not visit.exception
    lines = []
    for element in visit.main:
        value = getattr(element, "options", None) or getattr(element, "value", "")
        text = value.to_csv(index=False) if hasattr(value, "to_csv") else str(value)
        lines.append(f"{element.type} {getattr(element, 'label', '')} {text}")
    return same_in_any_run("\n".join(lines))


def differences(one: dict[str, str], other: dict[str, str]) -> dict[str, list[str]]:
    """Return the lines in which two worlds differ, by what showed them."""
    assert one.keys() == other.keys()
    return {
        name: [line for line in ndiff(one[name].splitlines(), other[name].splitlines()) if line[0] in "+-"]
        for name in one
        if one[name] != other[name]
    }


def by_link(dataset: str, record: str) -> dict[str, str]:
    """Return what the page of the person concerned shows, as it is and before a withdrawal."""
    with connect(Role.INGEST) as connection:
        token = issue_link(connection, find_dataset(connection, dataset), record).removeprefix(LINK_PATH)
        linked = follow_link(connection, token)
        words = ConsentWords(Language.EN, read_receipt(connection, linked), None)
        before = str(words.context)
        words.preview(
            EVERYTHING, withdraw_by_link(connection, linked, tuple(FieldGroup), dry_run=True).effects
        )
    return {"link": same_in_any_run(before), "link before": same_in_any_run(str(words.context))}
