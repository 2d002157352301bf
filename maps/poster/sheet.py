"""The whole sheet: a title with a QR code, the map, the list below it, and what it was made from."""

from dataclasses import dataclass, replace
from datetime import datetime

from commons.categories.scheme import category_names
from commons.i18n import translate
from commons.i18n.numbers import written_day, written_number
from commons.vocabulary import Language
from maps.entries import Entries, filter_words
from maps.filters import Filters
from maps.places import count_form
from maps.poster.code import code_of
from maps.poster.drawing import Drawing, Link, Outline, Shape, Words
from maps.poster.letters import ACCENT, BOLD, MM_PER_PT, PLAIN, SOFT, Style, wrap, wrap_address
from maps.poster.list_part import Block, Columns, least_height
from maps.poster.map_part import frame_of, map_shapes, on_sheet, strip_shapes, title_names
from maps.poster.paper import Paper
from maps.poster.spots import Spot, spots_of
from maps.poster.terrain import Terrain

LEAST_MAP = 0.42
"""The map keeps so much of what title and sources leave."""
LONGEST_FOOT = 12
"""Lines of sources; a commons with more of them in one district would fill the sheet with them."""
CAPTION_LINES = 5


@dataclass(frozen=True, slots=True)
class Told:
    """What a poster is about."""

    language: Language
    terrain: Terrain
    entries: Entries
    filters: Filters
    address: str
    at: datetime

    def say(self, key: str, **values: object) -> str:
        """Return the text `poster.<key>`."""
        return translate(f"poster.{key}", self.language, **values)

    def number(self, value: int) -> str:
        """Return a number as it is written."""
        return written_number(value, self.language)


@dataclass(frozen=True, slots=True)
class Choice:
    """The list as it fits: its spots and blocks, the size of its letters, its height."""

    spots: list[Spot]
    blocks: list[Block]
    columns: Columns
    height: float


def sheet(told: Told, paper: Paper) -> Drawing:
    """Return the sheet."""
    head, link, head_bottom = _head(told, paper)
    foot, foot_top = _foot(told, paper)
    strip = paper.text_pt * MM_PER_PT * 2.4
    available = foot_top - paper.gap - head_bottom
    choice = _choose(told, paper, available * (1 - LEAST_MAP) - strip)
    map_height = available - strip - choice.height
    frame = frame_of(told.terrain.district.shape.bounds, paper.margin, head_bottom, paper.inner, map_height)
    spots = on_sheet(frame, choice.spots)
    list_top = head_bottom + map_height + strip
    shapes: list[Shape] = [
        *head,
        *map_shapes(told.terrain, frame, spots, paper, choice.columns.size_pt * 0.95),
        *strip_shapes(frame, head_bottom + map_height + strip * 0.62, spots, paper, told.language),
        *choice.columns.shapes(choice.blocks, list_top, choice.height),
        *foot,
    ]
    name = title_names(told.terrain)[0]
    return Drawing(
        paper.width, paper.height, told.say("title", name=name), told.language.value, shapes, [link]
    )


def _choose(told: Told, paper: Paper, room: float) -> Choice:
    """Return the largest letters in which all entries fit; of more than fit in the smallest, as many as do."""
    rows, count = told.entries.rows, told.entries.count
    if not rows:
        columns = Columns(paper, paper.text_pt, told.language)
        note = columns.note(told.say("nothing"))
        return Choice([], [note], columns, note.height)
    choices = (_chosen(told, paper, len(rows), size) for size in paper.list_pt)
    if len(rows) == count:
        for choice in choices:
            if choice.height <= room:
                return choice
    size = paper.list_pt[-1]
    fits, too_many = 0, len(rows) + 1
    while too_many - fits > 1:
        tried = (fits + too_many) // 2
        if _chosen(told, paper, tried, size).height <= room:
            fits = tried
        else:
            too_many = tried
    return _chosen(told, paper, fits, size)


def _chosen(told: Told, paper: Paper, most: int, size: float) -> Choice:
    """Return the list of the first `most` by name, and of how many there are beyond."""
    spots = spots_of(told.entries.rows[:most], told.terrain.district.shape.bounds)
    names = category_names(told.language)
    columns = Columns(paper, size, told.language)
    blocks = [
        columns.entry(spot.first + at, entry, names.get(entry["category"], ""))
        for spot in spots
        for at, entry in enumerate(spot.entries)
    ]
    if beyond := told.entries.count - most:
        key = "more_than" if told.entries.is_more else "more"
        blocks.append(columns.note(told.say(key, count=told.number(beyond))))
    return Choice(spots, blocks, columns, least_height(blocks, paper.columns))


def _head(told: Told, paper: Paper) -> tuple[list[Shape], Link, float]:
    """Return the head, the link of its QR code, and where it ends."""
    side, top = paper.code_mm, paper.margin
    code_x = paper.width - paper.margin - side
    room = code_x - paper.gap - paper.margin
    name, other = title_names(told.terrain)
    district = told.terrain.district
    title, text = Style(paper.title_pt, BOLD), Style(paper.text_pt)
    while title.size_pt > paper.text_pt and len(wrap(name, title, room)) > 1:
        title = replace(title, size_pt=title.size_pt * 0.94)
    said = translate(f"district_level.{district.level}", told.language).capitalize()
    if told.terrain.commune != district.name:
        said = told.say("where", level=said, commune=told.terrain.commune)
    second = Style(paper.title_pt / 2, PLAIN, SOFT)
    lines = [
        (told.say("brand").upper(), Style(paper.text_pt, BOLD, ACCENT)),
        *((line, title) for line in wrap(name, title, room, 2)),
        *((line, second) for line in wrap(other, second, room, 1)),
        (said, replace(text, colour=SOFT)),
        *((line, text) for line in wrap(_count(told), text, room, 3)),
    ]
    shapes: list[Shape] = []
    y = top - text.size_mm * 0.3
    for line, style in lines:
        y += style.size_mm * 1.15
        shapes.append(Words(paper.margin, y, line, style))
        y += style.size_mm * 0.22  # below a line: the tails of its letters
    code_bottom = top + side
    for line, style in _caption(told, paper):
        code_bottom += style.size_mm * 1.2
        shapes.append(Words(code_x, code_bottom, line, style))
    shapes += code_of(told.address, code_x, top, side)
    link = Link(code_x, top, side, side, told.address)
    return shapes, link, max(y, code_bottom) + paper.gap


def _caption(told: Told, paper: Paper) -> list[tuple[str, Style]]:
    """Return the lines that stand below the code."""
    bold, small = Style(paper.small_pt, BOLD), Style(paper.small_pt * 0.9)
    return [
        *((line, bold) for line in wrap(told.say("code"), bold, paper.code_mm)),
        *((line, small) for line in wrap_address(told.address, small, paper.code_mm, CAPTION_LINES)),
    ]


def _count(told: Told) -> str:
    """Return how many there are, and what the filters ask."""
    entries = told.entries
    form = count_form(entries.count, is_more=entries.is_more)
    counted = told.say(f"count.{form}", count=told.number(entries.count))
    words = filter_words(told.filters, told.language, entries.texts("attributions"))
    return " · ".join([counted, *words])


def _foot(told: Told, paper: Paper) -> tuple[list[Shape], float]:
    """Return the sources, licences and day, and where they begin."""
    day = written_day(told.at.date(), told.language)
    texts = [told.say("made", day=day, address=told.address)]
    if told.entries.rows:
        attributions, licences = (told.entries.texts(field) for field in ("attributions", "licences"))
        texts.append(told.say("sources", sources=" · ".join(attributions), licences=", ".join(licences)))
    texts.append(told.say("borders", sources=" · ".join(told.terrain.sources)))
    style = Style(paper.small_pt, PLAIN, SOFT)
    lines = [line for text in texts for line in wrap(text, style, paper.inner, LONGEST_FOOT)]
    leading = style.size_mm * 1.25
    top = paper.height - paper.margin - leading * len(lines)
    rule = Outline(
        (((paper.margin, top), (paper.width - paper.margin, top)),), stroke=SOFT, stroke_mm=0.2, closed=False
    )
    words = [Words(paper.margin, top + leading * (at + 1), line, style) for at, line in enumerate(lines)]
    return [rule, *words], top
