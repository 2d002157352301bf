"""The map of a poster: the district on white among its neighbours in grey, names, marks and numbers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from commons.i18n import translate
from commons.i18n.numbers import written_number
from commons.vocabulary import Language
from maps.poster.drawing import Disc, Outline, Ring, Shape, Words, rectangle
from maps.poster.letters import ACCENT, BOLD, FAINT, INK, PAPER, PLAIN, SOFT, Style, clean, width_mm, wrap
from maps.poster.paper import Paper
from maps.poster.spots import Room, Spot, half_of, labels_of
from maps.poster.terrain import Terrain

Bounds = tuple[float, float, float, float]
Points = npt.NDArray[np.float64]

AROUND = 1.12
"""The frame shows so many times the district: enough of the neighbours to tell where it lies."""
FINENESS_MM = 0.12
"""No printer shows more of an outline."""
RANGE = "1\N{EN DASH}3"
GREY, LINE = "#ebedef", "#b9bfc5"
BAR_SHARE = 0.2
"""The scale bar is at most so much of the frame's width."""
NAME_ROOM = 4.6
"""Millimetres for each point of a name's letters: some nineteen of them."""
LEAST_PIECE_MM2 = 60
"""A smaller piece of the map has no room for a name."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle of the sheet, in millimetres, and what it shows: from metres (METRIC_CRS) to the sheet."""

    x: float
    y: float
    width: float
    height: float
    west: float
    north: float
    mm_per_m: float

    def points(self, metres: Points) -> Points:
        """Return where pairs of metres are on the sheet."""
        placed = (metres - (self.west, self.north)) * (self.mm_per_m, -self.mm_per_m)
        return np.asarray(np.add(placed, (self.x, self.y)), dtype=np.float64)

    @property
    def window(self) -> Bounds:
        """Return what is shown, in metres: west, south, east, north."""
        east, south = self.west + self.width / self.mm_per_m, self.north - self.height / self.mm_per_m
        return self.west, south, east, self.north

    def shown(self, shape: BaseGeometry) -> BaseGeometry:
        """Return what the frame shows of a shape, in millimetres of the sheet."""
        return shapely.transform(shapely.clip_by_rect(shape, *self.window), self.points)


def frame_of(bounds: Bounds, x: float, y: float, width: float, height: float) -> Frame:
    """Return the frame with what lies within the bounds in its middle, as large as it fits."""
    west, south, east, north = bounds
    mm_per_m = min(width / ((east - west) * AROUND), height / ((north - south) * AROUND))
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    left, top = middle_x - width / mm_per_m / 2, middle_y + height / mm_per_m / 2
    return Frame(x, y, width, height, left, top, mm_per_m)


def on_sheet(frame: Frame, spots: Sequence[Spot]) -> list[Spot]:
    """Return the spots where they are on the sheet."""
    points = frame.points(np.array([(spot.x, spot.y) for spot in spots]).reshape(-1, 2)).round(2).tolist()
    return [replace(spot, x=x, y=y) for spot, (x, y) in zip(spots, points, strict=True)]


def map_shapes(
    terrain: Terrain, frame: Frame, spots: Sequence[Spot], paper: Paper, number_pt: float
) -> list[Shape]:
    """Return the map: ground, names, marks and numbers."""
    room = Room(frame.x, frame.y, frame.width, frame.height)
    labels = labels_of(spots, number_pt, room, paper)
    return [
        *_ground(terrain, frame),
        *_names(terrain, frame, room, paper),
        *(
            Outline((label.leader,), stroke=SOFT, stroke_mm=0.2, closed=False)
            for label in labels
            if label.leader
        ),
        *(Outline((label.ground,), fill=PAPER) for label in labels),
        *(mark(spot, paper) for spot in sorted(spots, key=lambda spot: spot.is_exact)),
        *(label.words for label in labels),
        Outline((rectangle(frame.x, frame.y, frame.width, frame.height),), stroke=INK, stroke_mm=0.35),
    ]


def mark(spot: Spot, paper: Paper) -> Shape:
    """Return a dot for an exact place, a hollow square for one that is approximate by choice."""
    half = half_of(spot, paper)
    if spot.is_exact:
        return Disc(spot.x, spot.y, half)
    square = rectangle(spot.x - half, spot.y - half, 2 * half, 2 * half)
    return Outline((square,), fill=PAPER, stroke=ACCENT, stroke_mm=half / 2.2)


def _ground(terrain: Terrain, frame: Frame) -> Iterator[Shape]:
    fine = FINENESS_MM / frame.mm_per_m
    window = shapely.box(*frame.window)
    # The communes' borders do not quite meet: each is drawn by itself.
    communes = shapely.simplify(_near(terrain.communes, window).geometry.to_numpy(), fine)
    around, inner = (
        shapely.coverage_simplify(near.geometry.to_numpy(), fine)
        for near in (_near(terrain.neighbourhoods, window), terrain.inner)
    )
    district = shapely.simplify(terrain.district.shape, fine)
    yield from areas(frame, communes, fill=GREY)
    yield lines(frame, around, LINE, 0.2)
    for commune in communes:
        yield lines(frame, [commune], FAINT, 0.55)
    yield from areas(frame, [district], fill=PAPER)
    yield lines(frame, inner, FAINT, 0.2, dash_mm=(0.8, 1.0))
    yield lines(frame, [district], INK, 0.9)


def _near(frame: gpd.GeoDataFrame, window: BaseGeometry) -> gpd.GeoDataFrame:
    return frame[shapely.intersects(frame.geometry.to_numpy(), window)]


def areas(frame: Frame, shapes: Iterable[BaseGeometry], fill: str) -> Iterator[Outline]:
    """Yield what the frame shows of the shapes, filled."""
    for shape in shapes:
        for part in shapely.get_parts(frame.shown(shape)):
            if part.geom_type == "Polygon":
                yield Outline(tuple(map(_ring, (part.exterior, *part.interiors))), fill=fill)


def lines(
    frame: Frame,
    shapes: Iterable[BaseGeometry],
    stroke: str,
    stroke_mm: float,
    dash_mm: tuple[float, ...] = (),
) -> Outline:
    """Return the borders, each once, however many districts it parts."""
    borders = frame.shown(
        shapely.line_merge(shapely.union_all([shapely.boundary(shape) for shape in shapes]))
    )
    rings = tuple(_ring(part) for part in shapely.get_parts(borders) if part.geom_type == "LineString")
    return Outline(rings, stroke=stroke, stroke_mm=stroke_mm, dash_mm=dash_mm, closed=False)


def _ring(line: BaseGeometry) -> Ring:
    points = shapely.get_coordinates(line).round(2).tolist()
    return tuple((x, y) for x, y in points)


def _names(terrain: Terrain, frame: Frame, room: Room, paper: Paper) -> Iterator[Words]:
    """Yield the names of what lies within and around, where there is room; those within first."""
    inside = frame.shown(terrain.district.shape)
    style = Style(paper.small_pt * 1.1, PLAIN, SOFT)
    large = Style(style.size_pt * 1.35, BOLD, SOFT)
    for name, shape in zip(terrain.inner["name"], terrain.inner.geometry, strict=True):
        yield from _name(name, shapely.intersection(frame.shown(shape), inside), room, style)
    communes = [frame.shown(shape) for shape in terrain.communes.geometry]
    for names, lettering in ((terrain.communes, large), (terrain.neighbourhoods, style)):
        for name, shape in zip(names["name"], names.geometry, strict=True):
            piece = shapely.difference(frame.shown(shape), inside)
            # A neighbourhood may lie in two communes: its name does not cross their border.
            piece = max(shapely.intersection(piece, communes), key=lambda part: part.area)
            yield from _name(name, piece, room, lettering)


def _name(name: str, piece: BaseGeometry, room: Room, style: Style) -> list[Words]:
    """Return the name within its piece of the map; nothing where it would lie over something."""
    if piece.is_empty:
        return []
    largest = max(shapely.get_parts(piece), key=lambda part: part.area)
    if largest.area < LEAST_PIECE_MM2:
        return []
    written = wrap(name, style, NAME_ROOM * style.size_pt)
    wide = max((width_mm(line, style) for line in written), default=0.0)
    leading = style.size_mm * 1.15
    high = leading * len(written)
    middle = largest.representative_point()
    for shift_y in (0, -1, 1, -2, 2, -3, 3, -4, 4):
        for shift_x in (0, -0.4, 0.4, -0.8, 0.8):
            x, y = middle.x + shift_x * wide, middle.y + shift_y * high
            box = (x - wide / 2 - 0.6, y - high / 2 - 0.4, x + wide / 2 + 0.6, y + high / 2 + 0.4)
            if shapely.contains(largest, shapely.box(*box)) and room.overlap(box) == 0:
                room.take(box)
                first = y - high / 2 + style.size_mm * 0.92
                return [
                    Words(x, first + at * leading, line, style, "middle") for at, line in enumerate(written)
                ]
    return []


def strip_shapes(
    frame: Frame, y: float, spots: Sequence[Spot], paper: Paper, language: Language
) -> list[Shape]:
    """Return the line below the map: what the signs that are shown mean, the scale and north."""
    plain, bold = Style(paper.text_pt * 0.8), Style(paper.text_pt * 0.8, BOLD)
    shapes, x, middle = list[Shape](), frame.x + 2, y - plain.size_mm * 0.36
    signs = {
        "exact": any(spot.is_exact for spot in spots),
        "general": any(not spot.is_exact for spot in spots),
        "several": any(len(spot.entries) > 1 for spot in spots),
    }
    for sign in (sign for sign, is_shown in signs.items() if is_shown):
        if sign == "several":
            shapes.append(Words(x - 1.5, y, RANGE, bold))
            x += width_mm(RANGE, bold) - 1.5
        else:
            shapes.append(mark(shown := Spot(x, middle, sign == "exact", ()), paper))
            x += half_of(shown, paper)
        text = translate(f"map.sign.{sign}", language)
        shapes.append(Words(x + 1.5, y, text, plain))
        x += width_mm(text, plain) + 7
    return shapes + _scale(frame, y, bold, language)


def _scale(frame: Frame, y: float, style: Style, language: Language) -> list[Shape]:
    right, high = frame.x + frame.width, style.size_mm
    length = bar_length(frame.width * BAR_SHARE / frame.mm_per_m)
    text = (
        f"{written_number(length, language)} m"
        if length < 1000
        else f"{written_number(length / 1000, language)} km"
    )
    north = translate("poster.north", language)
    tip = right - width_mm(north, style) - 2.2
    arrow = ((tip, y - high), (tip + 1.5, y + 0.4), (tip, y - 0.4), (tip - 1.5, y + 0.4))
    end = tip - 6
    start = end - length * frame.mm_per_m
    bar = ((start, y - high * 0.7), (start, y), (end, y), (end, y - high * 0.7))
    return [
        Outline((bar,), stroke=INK, stroke_mm=0.4, closed=False),
        Words(start - 1.5, y, text, Style(style.size_pt), "end"),
        Outline((arrow,), fill=INK),
        Words(right, y, north, style, "end"),
    ]


def bar_length(most_m: float) -> int:
    """Return the length of a scale bar in metres: 1, 2 or 5 and zeros.

    >>> bar_length(730)
    500
    """
    tens = 10 ** int(np.floor(np.log10(max(most_m, 1))))
    return int(max(step * tens for step in (1, 2, 5) if step * tens <= max(most_m, 1)))


def title_names(terrain: Terrain) -> tuple[str, str]:
    """Return the district's name and its name in the other language, "" where that is the same."""
    return clean(terrain.district.name), clean(terrain.district.other_name)
