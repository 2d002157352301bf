"""The map of an export as SVG within the page: a mark leads to its place in the list by a plain link."""

from collections.abc import Sequence
from html import escape

import shapely
from shapely.geometry.base import BaseGeometry

from commons.districts.structure import METRIC_CRS
from commons.i18n import translate
from commons.release import Released
from commons.vocabulary import DistrictLevel, Language
from maps.areas import district_names
from maps.entries import Entry
from maps.poster.drawing import Disc, Outline, Shape, rectangle
from maps.poster.letters import ACCENT, FAINT, INK, PAPER, SOFT
from maps.poster.map_part import GREY, LINE, Frame, areas, frame_of, lines, on_sheet
from maps.poster.spots import Spot, spots_of
from maps.poster.svg import element, number
from maps.poster.terrain import Terrain

WIDTH, HEIGHT = 180.0, 130.0
"""Of the drawing's units, which the page scales to its width."""
DOT = 1.1
FINENESS = 0.15
NAMES_PER_MARK = 20
LETTER = 2.6
LETTER_WIDTH = 0.62
"""Of the letters' height: about a letter of a sans-serif."""
NAMES_STYLE = (
    f'font-size="{LETTER}" fill="{SOFT}" text-anchor="middle" font-family="sans-serif" pointer-events="none"'
    f' stroke="{PAPER}" stroke-width="0.7" paint-order="stroke" stroke-linejoin="round" aria-hidden="true"'
)


def picture_of(
    reader: Released, entries: Sequence[Entry], terrain: Terrain | None, language: Language
) -> str:
    """Return the drawing: the terrain's district, else the region, and a mark for each spot of the entries."""
    communes = reader.districts(DistrictLevel.COMMUNE).to_crs(METRIC_CRS)
    shapes = communes.geometry.to_numpy()
    bounds = terrain.district.shape.bounds if terrain else tuple(shapely.total_bounds(shapes).tolist())
    frame = frame_of(bounds, 0, 0, WIDTH, HEIGHT)
    fine = FINENESS / frame.mm_per_m
    simple = shapely.simplify(shapes, fine)
    ground: list[Shape] = [
        Outline((rectangle(0, 0, WIDTH, HEIGHT),), fill=PAPER),
        *areas(frame, simple, GREY),
    ]
    if terrain:
        inner = shapely.coverage_simplify(terrain.inner.geometry.to_numpy(), fine)
        district = [shapely.simplify(terrain.district.shape, fine)]
        ground += [*areas(frame, district, PAPER), lines(frame, inner, LINE, 0.2)]
        outline = [lines(frame, district, INK, 0.6)]
    else:
        outline = []
    ground += [lines(frame, [shape], FAINT, 0.35) for shape in simple] + outline
    spots = on_sheet(frame, spots_of(entries, bounds)) if entries else []
    label = escape(translate("export.map", language))
    return "\n".join(
        [
            f'<svg viewBox="0 0 {number(WIDTH)} {number(HEIGHT)}" role="img" aria-label="{label}">',
            *map(element, ground),
            *map(_mark, sorted(spots, key=lambda spot: spot.is_exact)),
            *_names(frame, list(communes.geometry), district_names(communes, language).tolist()),
            "</svg>",
        ]
    )


def _names(frame: Frame, shapes: Sequence[BaseGeometry], names: Sequence[str]) -> list[str]:
    """Return the communes' names, where they are wide enough for them; a mark below one can still be followed."""
    written = []
    for name, shape in zip(names, shapes, strict=True):
        piece, wide = frame.shown(shape), LETTER * LETTER_WIDTH * len(name)
        if not piece.is_empty and piece.bounds[2] - piece.bounds[0] > wide:
            at = piece.representative_point()
            x = min(max(at.x, wide / 2), WIDTH - wide / 2)
            written.append(f'<text x="{number(x)}" y="{number(at.y)}">{escape(name)}</text>')
    return [f"<g {NAMES_STYLE}>", *written, "</g>"]


def _mark(spot: Spot) -> str:
    names = [str(entry["name"]) for entry in spot.entries[:NAMES_PER_MARK]]
    more = [f"+ {len(spot.entries) - NAMES_PER_MARK}"] if len(spot.entries) > NAMES_PER_MARK else []
    square = rectangle(spot.x - DOT, spot.y - DOT, 2 * DOT, 2 * DOT)
    shape: Shape = (
        Disc(spot.x, spot.y, DOT)
        if spot.is_exact
        else Outline((square,), fill=PAPER, stroke=ACCENT, stroke_mm=DOT / 2)
    )
    title = escape(" · ".join([*names, *more]))
    return f'<a href="#a-{escape(spot.entries[0]["id"])}"><title>{title}</title>{element(shape)}</a>'
