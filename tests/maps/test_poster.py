"""A poster: what it says and shows, that it fits, that no text is markup, and that true places leave no trace on it."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import datetime

import map_frames
import pytest
from paper import pdf_picture, pdf_size_mm, pdf_text, read_code

from builders import MATONGE, make_dataset, make_record, open_terms
from commons.calendar import LOCAL
from commons.consent.withdraw import withdraw
from commons.database.connection import Role
from commons.errors import CommonsError
from commons.release import released
from commons.vocabulary import Audience, Language, Precision, Visibility
from maps import poster as made
from maps.filters import read_filters
from maps.poster import Form, Size, letters, poster, read_terrain
from maps.poster.code import LONGEST_ADDRESS
from maps.poster.letters import Style, clean, width_mm, wrap
from maps.poster.list_part import Columns, least_height
from maps.poster.paper import PAPERS
from maps.poster.spots import Room, labels_of, spots_of

NOON = datetime(2026, 11, 27, 12, tzinfo=LOCAL)
ADDRESS = "https://carte.example.brussels/?lang=fr&district=36"
SIZES_MM = {Size.A4: (210, 297), Size.A3: (297, 420), Size.A2: (420, 594)}
DASH = "\N{EN DASH}"
SVG = "{http://www.w3.org/2000/svg}"
AT_MATONGE = "SELECT code FROM reference.district WHERE is_current AND level = '{}' AND ST_Intersects(geom, ST_SetSRID(ST_MakePoint(4.3663, 50.8358), 4326))"


@pytest.fixture
def code():
    return lambda database, level="neighbourhood": database.rows(AT_MATONGE.format(level))[0][0]


def make(
    code,
    form=Form.SVG,
    *,
    language=Language.FR,
    size=Size.A3,
    address=ADDRESS,
    filters=(),
    reader=Audience.PUBLIC,
):
    reader = released(reader)
    terrain = read_terrain(reader, code, language)
    return poster(
        reader,
        terrain,
        language=language,
        filters=read_filters(filters),
        address=address,
        size=size,
        form=form,
        at=NOON,
    )


def words(svg):
    """Return the lines of text, in the order in which they are drawn."""
    return [text.text for text in ET.fromstring(svg).iter(f"{SVG}text")]


def told(svg):
    return " ".join(words(svg))


@pytest.mark.parametrize("size", Size)
@pytest.mark.parametrize("language", Language)
def test_a_poster_tells_name_category_address_sources_day_and_where_the_map_is(
    database, code, size, language
):
    with database.connect() as connection:
        dataset = make_dataset(connection, "liste", terms=open_terms())
        make_record(
            connection, dataset, name="Le Jardin", name_nl="De Tuin", name_en="The Garden",
            category="garden", street="rue Longue", house_number="7", postcode="1050",
        )  # fmt: skip
    content = make(code(database), Form.PDF, language=language, size=size)
    text = " ".join(pdf_text(content).split())
    assert pdf_size_mm(content) == SIZES_MM[size]
    name = {"fr": "Le Jardin", "nl": "De Tuin", "en": "The Garden"}[language]
    day = "27 Nov 2026" if language is Language.EN else "27/11/2026"
    for said in (name, "rue Longue 7, 1050", "Matonge", "© liste", "CC-BY-4.0", day, "UrbIS", ADDRESS):
        assert said in text, said
    assert read_code(pdf_picture(content)) == ADDRESS


def test_partners_only_withheld_and_withdrawn_are_not_on_it(database, code):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        for name in ("Stays", "Leaves"):
            make_record(connection, dataset, name=name, key=name)
        for visibility in (Visibility.PARTNERS, Visibility.WITHHELD):
            hidden = make_dataset(connection, terms=open_terms(visibility=visibility))
            make_record(connection, hidden, name=f"Hidden {visibility}")
    here = code(database)
    before = told(make(here))
    assert "Hidden" not in before
    assert "2 alternatives" in before
    assert "Hidden partners" in told(make(here, reader=Audience.PARTNERS))
    with database.connect(Role.INGEST) as connection:
        withdraw(connection, dataset, record_key="Leaves", withdrawn_by="someone")
    after = make(here)
    assert b"Leaves" not in after
    assert "1 alternative" in told(after)


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("level", ["neighbourhood", "commune"])
def test_true_places_moved_within_their_district_leave_the_bytes_the_same(database, code, form, level):
    with database.connect() as connection:
        for precision in (Precision.NEIGHBOURHOOD, Precision.EXACT):
            dataset = make_dataset(connection, precision.value, terms=open_terms(precision=precision))
            for n in range(5):
                make_record(connection, dataset, name=f"Number {n}", street="rue Cachée", house_number="3")
    here = code(database, level)
    before = make(here, form)
    assert make(here, form) == before
    if form is Form.SVG:
        assert b"6\xe2\x80\x9310<" in before or b"1\xe2\x80\x935<" in before
        assert before.count("rue Cachée 3".encode()) == 5
    moved = """UPDATE commons.record_version v SET geom = ST_GeometryN(ST_GeneratePoints(d.geom, 1, v.version_id::int % 1000 + 1), 1)
                 FROM reference.district d, commons.source_record r JOIN commons.dataset s USING (dataset_id)
                WHERE d.district_id = v.neighbourhood_id AND r.record_id = v.record_id AND s.slug = 'neighbourhood'"""
    with database.connect() as connection:
        connection.execute(moved)
    assert make(here, form) == before
    with database.connect() as connection:
        connection.execute(moved.replace("'neighbourhood'", "'exact'"))
    assert make(here, form) != before


@pytest.mark.parametrize(
    "text", [*map_frames.HOSTILE, "<para><b>x</b></para>", "&lt;b&gt;", "]]><!--", "Le\u202ejardin\x07"]
)
def test_a_partners_text_is_nothing_but_text(database, code, text):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        make_record(connection, dataset, name=text, street=text, house_number="1", category="food")
        connection.execute("UPDATE commons.dataset SET attribution = %s", (text.replace("\x07", ""),))
        connection.execute(
            "SELECT commons.refresh_release(ARRAY(SELECT alternative_id FROM commons.alternative))"
        )
    here = code(database)
    svg = make(here, size=Size.A2)
    elements = {element.tag.removeprefix(SVG) for element in ET.fromstring(svg).iter()}
    assert elements == {"svg", "title", "rect", "path", "circle", "text", "a"}
    assert {
        name for element in ET.fromstring(svg).iter() for name in element.attrib if name.startswith("on")
    } == set()
    links = [element.attrib["href"] for element in ET.fromstring(svg).iter(f"{SVG}a")]
    assert links == [ADDRESS]
    shown = re.sub(r"\s", "", told(svg))
    assert re.sub(r"\s", "", clean(text)) in shown
    pdf = make(here, Form.PDF, size=Size.A2)
    assert re.sub(r"\s", "", clean(text)) in re.sub(r"\s", "", pdf_text(pdf))
    assert b"/JavaScript" not in pdf
    assert pdf.count(b"/URI") == 2  # the address, once


def test_what_does_not_fit_is_counted_and_never_cut_in_silence(database, code, monkeypatch):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        for n in range(150):
            make_record(connection, dataset, name=f"Alternative numéro {n:03} du quartier", key=str(n),
                        place=(MATONGE[0] + n % 12 * 2e-4, MATONGE[1] + n // 12 * 1e-4))  # fmt: skip
    here = code(database, "commune")
    for size in Size:
        svg = make(here, size=size)
        listed = set(re.findall(r"\d{3}(?= du quartier)", told(svg)))
        beyond = re.search(r"et (\d+) de plus", told(svg))
        assert len(listed) + (int(beyond[1]) if beyond else 0) == 150
        assert "150 alternatives" in told(svg)
        assert_on_paper(svg, PAPERS[size])
    assert len(listed) == 150  # an A2 has room for all
    monkeypatch.setattr(made, "MOST_ON_POSTER", 20)
    assert "et 130 de plus" in told(make(here, size=Size.A2))


def assert_on_paper(svg, paper):
    """Everything stands within the margins, and no line of text lies over another."""
    boxes = []
    for text in ET.fromstring(svg).iter(f"{SVG}text"):
        x, y, size = (float(text.attrib[name]) for name in ("x", "y", "font-size"))
        font = letters.BOLD if "font-weight" in text.attrib else letters.PLAIN
        wide = width_mm(text.text, Style(size / letters.MM_PER_PT, font))
        left = x - wide * {"start": 0, "middle": 0.5, "end": 1}[text.attrib.get("text-anchor", "start")]
        boxes.append((left, y - 0.7 * size, left + wide, y))
        assert paper.margin - 0.1 <= left < left + wide <= paper.width - paper.margin + 0.1, text.text
        assert paper.margin - 0.5 <= y - 0.7 * size < y <= paper.height - paper.margin + 0.1, text.text
    map_bottom = paper.height / 2
    below = [box for box in boxes if box[1] > map_bottom]
    for at, one in enumerate(below):
        for other in below[at + 1 :]:
            apart = (
                one[2] <= other[0] + 0.05
                or other[2] <= one[0] + 0.05
                or one[3] <= other[1] + 0.05
                or other[3] <= one[1] + 0.05
            )
            assert apart, (one, other)


def test_those_at_one_spot_share_a_mark_with_their_numbers(unchanged_demo):
    svg = make("21009")
    root = ET.fromstring(svg)
    bold = [text.text for text in root.iter(f"{SVG}text") if "font-weight" in text.attrib]
    labels = [text for text in bold if re.fullmatch(rf"\d+({DASH}\d+)?", text)]
    numbers = [number for text in set(labels) for number in _numbers(text)]
    total = int(re.search(r"(\d+) alternatives", told(svg))[1])
    assert set(numbers) == set(range(1, total + 1))
    exact = unchanged_demo.rows(
        "SELECT count(DISTINCT geom) FROM place WHERE commune = '21009' AND precision = 'exact'", Role.PUBLIC
    )
    assert len(list(root.iter(f"{SVG}circle"))) == exact[0][0] + 1  # and the legend's


def _numbers(text):
    first, _, last = text.partition(DASH)
    return range(int(first), int(last or first) + 1)


def test_a_district_without_any_says_so_and_one_that_is_none_is_refused(database, code):
    assert "Aucune alternative n'est publique ici" in told(make(code(database)))
    with pytest.raises(CommonsError, match="999"):
        make("999")
    with pytest.raises(CommonsError, match=str(LONGEST_ADDRESS)):
        make(code(database), address="https://a.be/?" + "x" * LONGEST_ADDRESS)


def test_filters_narrow_it_and_are_told_but_never_in_the_words_of_an_address(unchanged_demo):
    every, food = make("21004"), make("21004", filters=[("category", "food"), ("taking_part", "yes")])
    assert "Catégories : Alimentation" in told(food)
    assert "prend part à une mutualisation" in told(food)
    count = [int(re.search(r"(\d+) alternatives?", told(svg))[1]) for svg in (every, food)]
    assert 0 < count[1] < count[0]
    forged = make("21004", filters=[("source", "Come to our shop")])
    assert "Come to our shop" not in told(forged)


def test_without_the_letters_it_is_told_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(letters, "FOLDERS", (tmp_path,))
    letters.load_letters.cache_clear()
    with pytest.raises(CommonsError, match="fonts-dejavu-core"):
        letters.load_letters()
    letters.load_letters.cache_clear()


@pytest.fixture
def with_letters():
    letters.load_letters()


@pytest.mark.parametrize("text", ["un mot " * 30, "x" * 300, "Watermael-Boitsfort-" * 9, "", "   ", "é" * 5])
def test_lines_keep_within_their_room_and_lose_nothing_but_what_is_told(with_letters, text):
    style = Style(9)
    whole = wrap(text, style, 40)
    assert all(width_mm(line, style) <= 40 for line in whole)
    assert re.sub(r"\s", "", "".join(whole)) == re.sub(r"\s", "", text)
    cut = wrap(text, style, 40, 2)
    assert len(cut) == min(len(whole), 2)
    assert all(width_mm(line, style) <= 40 for line in cut)
    assert cut == whole or cut[-1].endswith("…")


def test_numbers_of_marks_that_stand_close_do_not_lie_over_each_other(with_letters):
    def entry(n):
        return {
            "lon": MATONGE[0] + n % 6 * 1e-4,
            "lat": MATONGE[1] + n // 6 * 1e-4,
            "precision": "exact",
            "name": str(n),
        }

    spots = spots_of([entry(n) for n in range(36)], (149_000, 169_000, 150_000, 170_000))
    metres = [(spot.x, spot.y) for spot in spots]
    west, south = (min(axis) for axis in zip(*metres, strict=True))
    placed = [replace(s, x=60 + (s.x - west) * 0.35, y=60 + (s.y - south) * 0.35) for s in spots]
    labels = labels_of(placed, 9, Room(0, 0, 180, 180), PAPERS[Size.A3])
    boxes = [(label.ground[0], label.ground[2]) for label in labels]
    for at, ((left, top), (right, bottom)) in enumerate(boxes):
        assert 0 <= left < right <= 180
        for (other_left, other_top), (other_right, other_bottom) in boxes[at + 1 :]:
            assert (
                right <= other_left + 0.01
                or other_right <= left + 0.01
                or bottom <= other_top + 0.01
                or other_bottom <= top + 0.01
            )


def test_columns_hold_all_blocks(with_letters):
    columns = Columns(PAPERS[Size.A4], 8, Language.FR)
    blocks = [columns.note("mot " * (1 + n % 7 * 9)) for n in range(40)]
    height = least_height(blocks, 3)
    shapes = columns.shapes(blocks, 100, height)
    width = PAPERS[Size.A4].width
    assert max(shape.x for shape in shapes) < width - PAPERS[Size.A4].margin - columns.indent
    assert max(shape.y for shape in shapes) <= 100 + height
