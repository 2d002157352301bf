"""The report of an upload: one file that runs nothing, loads nothing, tells all, and takes no word of the partner for its own."""

import re
from html.parser import HTMLParser

import pytest

from commons.database.connection import Role, connect
from commons.release import released
from commons.vocabulary import Audience, DistrictLevel, Language
from ingest.notices import NoticeCode
from ingest.report.account import account_of
from ingest.report.page import report_page
from maps.upload_picture import upload_picture

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}</style>"
FORMULA = "=HYPERLINK(1)"
VOID = {"meta", "br", "img", "input", "hr", "link", "path", "use"}


class Page(HTMLParser):
    """What a browser makes of a page: its elements with their attributes, its visible text, and whether all were closed."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts, self.open = [], [], []
        self.feed(text)
        assert self.open == []
        self.text = " ".join(" ".join(self.texts).split())

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "title"):
            self.texts.append(data)


def page_of(account, language=Language.EN):
    communes = released(Audience.PUBLIC).districts(DistrictLevel.COMMUNE)
    picture = upload_picture(communes, account.fates.marks, language=language)
    return report_page(account, picture, language)


@pytest.mark.parametrize("language", Language)
def test_a_report_tells_counts_remarks_and_how_to_mend_them_in_every_language(sender, language):
    sender.send(sender.first)
    _, account = sender.send(sender.second)
    page = Page(page_of(account, language))
    assert dict(page.elements)["html"] == {"lang": language.value}
    for code in (NoticeCode.NAME_MISSING, NoticeCode.OUTSIDE_REGION, NoticeCode.NO_POSITION):
        assert code.what(language) in page.text
        assert code.fix(language) in page.text
    assert "list.csv" in page.text
    assert re.search(r"5 \S+ \S+ = 3 \S+ \+ 2 \S+", page.text)
    assert "report." not in page.text
    assert "{" not in page.text


def test_rows_are_named_by_number_and_their_values_never(sender):
    _, account = sender.send(["1,Geheim,50.84,4.36,jan@example.org", "2,,50.84,4.36,", "3,,50.84,4.36,"])
    text = page_of(account)
    assert "2 rows: 2, 3" in text
    for value in ("Geheim", "jan@example.org", "50.84,"):
        assert value not in text


def test_nothing_runs_and_nothing_is_asked_of_another_place(sender):
    _, account = sender.send(sender.first)
    text = page_of(account)
    page = Page(text)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base", "foreignobject"}
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "src")]
        assert str(attributes.get("href", "#")).startswith("#")
    assert not re.search(r"url\(|@import|https?://", text)
    policy = next(a["content"] for t, a in page.elements if t == "meta" and "http-equiv" in a)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_a_partners_words_stay_words(sender):
    header = f'id,nom,latitude,longitude,"{HOSTILE.replace(chr(34), chr(34) * 2)}","{FORMULA}"'
    _, account = sender.send(["1,Un,50.84,4.36,a,b"], header=header, name=f"{HOSTILE}.csv")
    text = page_of(account)
    page = Page(text)
    told = " ".join(HOSTILE.split())
    assert page.text.count(told) >= 2
    assert "script" not in {tag for tag, _ in page.elements}
    assert "{{ 7*7 }}" in page.text
    assert f"'{FORMULA}" in page.text
    assert not [data for data in page.texts if data.strip().startswith(FORMULA)]


def test_the_picture_has_a_sign_for_each_place_to_the_pixel_and_no_finer(sender):
    sender.send(sender.first)
    _, account = sender.send(sender.second)
    text = page_of(account)
    signs = re.findall(r'<use href="#sign-(\w+)" transform="translate\((\d+) (\d+)\)', text)
    assert sorted(fate for fate, _, _ in signs) == ["changed", "gone", "unchanged"]
    assert len(re.findall("<use ", text)) == 3


def test_a_list_without_any_position_has_no_picture(sender):
    _, account = sender.send(["1,Un,,,", "2,Deux,,,"])
    page = Page(page_of(account))
    assert "svg" not in {tag for tag, _ in page.elements}
    assert "2 records have no position" in page.text


def test_an_old_report_says_what_is_not_known_any_more_and_how_to_undo(sender):
    _, first = sender.send(sender.first)
    sender.send(sender.second)
    with connect(Role.INGEST) as connection:
        old = account_of(connection, sender.dataset, first.sent.upload_id)
    page = Page(page_of(old))
    assert "was not kept" in page.text
    assert "Other uploads have followed" in page.text
    assert f"commons uploads undo list {first.sent.upload_id}" in page.text


def test_a_trials_report_says_that_nothing_is_stored_and_tells_no_number(sender):
    trial = sender.preview(sender.first).account
    page = Page(page_of(trial))
    assert "nothing is stored" in page.text
    assert "commons uploads undo" not in page.text
    assert f"upload {trial.sent.upload_id}" not in page.text
