"""The map as a file: it asks nothing of anywhere, says all that is published and how to get the rest, and no text is markup."""

import re
from datetime import date, datetime
from html.parser import HTMLParser

import map_frames
import pytest

from builders import MATONGE, make_dataset, make_record, open_terms
from commons.calendar import LOCAL
from commons.consent.withdraw import withdraw
from commons.database.connection import Role
from commons.release import released
from commons.vocabulary import Audience, Language, Precision, Visibility
from maps import export
from maps.export import export_page
from maps.filters import read_filters
from maps.poster import read_terrain, with_district

NOON = datetime(2026, 11, 27, 12, tzinfo=LOCAL)
ADDRESS = "https://carte.example.brussels/?lang=fr"
LOADING = {
    "src",
    "srcset",
    "data",
    "poster",
    "action",
    "formaction",
    "background",
    "xlink:href",
    "style",
    "srcdoc",
    "ping",
}
ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "header", "h1", "span", "p", "bdi", "a", "main", "figure", "svg", "path", "circle",
    "g", "text", "figcaption", "h2", "h3", "article", "dl", "div", "dt", "dd", "footer",
}  # fmt: skip


class Seen(HTMLParser):
    """The elements, links and words of a page."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.attributes, self.links, self.words, self.ids = set(), set(), [], [], set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name == "href"]
        self.ids |= {value for name, value in attrs if name == "id"}

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def make(*, language=Language.FR, filters=(), district=None, reader=Audience.PUBLIC):
    reader, filters = released(reader), read_filters(filters)
    terrain = read_terrain(reader, district, language) if district else None
    if district:
        filters = with_district(filters, district)
    return export_page(reader, language=language, filters=filters, address=ADDRESS, at=NOON, terrain=terrain)


@pytest.mark.parametrize("language", Language)
def test_it_asks_nothing_of_anywhere_and_runs_nothing(unchanged_demo, language):
    page = make(language=language)
    seen = Seen(page)
    assert seen.elements <= ELEMENTS
    assert not seen.attributes & LOADING
    assert not {name for name in seen.attributes if name.startswith("on")}
    assert "default-src 'none'" in page
    assert not re.search(r"@import|url\(", page)
    for link in set(seen.links):
        assert link.startswith(("https://", "http://")) or link.removeprefix("#") in seen.ids
    assert page.count("<article") == unchanged_demo.rows("SELECT count(*) FROM place", Role.PUBLIC)[0][0]
    assert "{" not in Seen(page.partition("</style>")[2]).text


def test_every_published_field_is_told_and_what_is_hidden_is_not(database):
    told = {
        "description": "Un lieu", "website": "https://a.example.org/x", "phone": "02 123 45 67", "email": "a@example.org",
        "opening_hours": "Mo-Fr 09:00-17:00", "street": "rue Longue", "house_number": "7", "postcode": "1050",
        "municipality": "Ixelles", "legal_form": "ASBL",
    }  # fmt: skip
    with database.connect() as connection:
        dataset = make_dataset(connection, "liste", terms=open_terms())
        make_record(connection, dataset, name="Le Jardin", key="jardin", founded_on=date(2012, 3, 1), **told)
        quiet = make_dataset(connection, terms=open_terms(contact=Visibility.PARTNERS))
        make_record(connection, quiet, name="Sans contact", phone="02 999 99 99", place=(4.30, 50.88))
        for visibility in (Visibility.PARTNERS, Visibility.WITHHELD):
            hidden = make_dataset(connection, terms=open_terms(visibility=visibility))
            make_record(connection, hidden, name=f"Hidden {visibility}")
    seen = Seen(make())
    for text in told.values():
        assert text in seen.text
    for text in (
        "Le Jardin",
        "01/03/2012",
        "Sans contact",
        "© liste",
        "CC-BY-4.0",
        "27/11/2026",
        "2 alternatives",
        "retiré depuis",
    ):
        assert text in seen.text, text
    assert {"https://a.example.org/x", ADDRESS} <= set(seen.links)
    assert "02 999 99 99" not in seen.text
    assert "Hidden" not in make()
    with database.connect(Role.INGEST) as connection:
        withdraw(connection, dataset, record_key="jardin", withdrawn_by="someone")
    assert not (set(told.values()) - {"Ixelles"}) & set(Seen(make()).words)  # which is on the map too
    assert "Le Jardin" not in make()


@pytest.mark.parametrize(
    "text", [*map_frames.HOSTILE, "</style><b>", "JaVaScRiPt:alert(1)", "data:text/html,<script>1</script>"]
)
def test_a_partners_text_is_nothing_but_text(database, text):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        fields = (
            "name",
            "description",
            "street",
            "website",
            "phone",
            "email",
            "opening_hours",
            "legal_form",
            "municipality",
        )
        make_record(connection, dataset, **dict.fromkeys(fields, text))
        connection.execute("UPDATE commons.dataset SET attribution = %s", (text,))
        connection.execute(
            "SELECT commons.refresh_release(ARRAY(SELECT alternative_id FROM commons.alternative))"
        )
    seen = Seen(make())
    assert seen.elements <= ELEMENTS
    assert not seen.attributes & LOADING
    assert not {name for name in seen.attributes if name.startswith("on")}
    assert all(link == ADDRESS or link.startswith("#a-") for link in seen.links)
    assert seen.text.count(" ".join(text.replace("\u2028", " ").replace("\u2029", " ").split())) >= len(
        fields
    )


def test_true_places_moved_within_their_district_leave_the_bytes_the_same(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms(precision=Precision.NEIGHBOURHOOD))
        for n in range(7):
            make_record(connection, dataset, name=f"Number {n}", street="rue Cachée")
    before = make()
    assert "rue Cachée" not in before
    assert before.count('<a href="#a-') == 1  # all at one spot
    with database.connect() as connection:
        connection.execute(
            "UPDATE commons.record_version v SET geom = ST_GeometryN(ST_GeneratePoints(d.geom, 1, v.version_id::int % 1000 + 1), 1)"
            "  FROM reference.district d WHERE d.district_id = v.neighbourhood_id"
        )
    assert make() == before


def test_of_more_than_it_holds_it_says_how_many_there_are_and_how_to_get_them(database, monkeypatch):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        for n in range(5):
            make_record(connection, dataset, name=f"Number {n}", place=(MATONGE[0], MATONGE[1] + n * 1e-3))
    assert "premières par nom" not in make()
    monkeypatch.setattr(export, "MOST_EXPORTED", 3)
    page = make()
    assert page.count("<article") == 3
    assert "les 3 premières par nom, sur 5" in Seen(page).text


def test_a_district_and_filters_narrow_it_and_are_told(unchanged_demo):
    every, narrowed = (
        make(),
        make(district="21009", filters=[("category", "food"), ("category", "garden")], language=Language.NL),
    )
    assert 0 < narrowed.count("<article") < every.count("<article")
    text = Seen(narrowed).text
    assert "Elsene" in text
    assert "Categorieën: Voeding, Moestuin en stadsnatuur" in text
    assert "Buy here" not in Seen(make(filters=[("source", "Buy here")])).text


def test_a_long_text_is_shortened_at_a_word_and_says_so(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        make_record(connection, dataset, description="mot " * 500)
    assert "mot mot …" in Seen(make()).text
    assert Seen(make()).text.count("mot ") < 110
