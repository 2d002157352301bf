"""A picture of an upload that needs no script and no other file: its records over the communes' outlines, as SVG."""

from dataclasses import dataclass
from html import escape

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Transformer

from commons.districts.structure import METRIC_CRS
from commons.i18n import translate
from commons.i18n.numbers import written_number
from commons.territory import STORAGE_CRS
from commons.vocabulary import Fate, Language
from maps.areas import district_names
from maps.signs import DRAWN_FIRST, SIGNS, apart, sign_scales

Pairs = npt.NDArray[np.float64]

WIDTH_PX = 760
MARGIN_PX = 14
TOLERANCE_M = 40
"""A pixel is some 25 m: finer outlines would only be longer."""
LETTER_PX = 5.2
ICON = 'viewBox="-8 -8 16 16" width="16" height="16" aria-hidden="true"'
LABEL_STYLE = 'font-family="sans-serif" font-size="10" fill="#4d5a63" text-anchor="middle" aria-hidden="true"'


@dataclass(frozen=True)
class Canvas:
    """From metres in the Belgian Lambert 72 to pixels, which are whole: no place can be read more finely."""

    west: float
    north: float
    px_per_m: float
    height_px: int

    def pixels(self, metres: Pairs) -> npt.NDArray[np.int64]:
        """Return the pixel of each pair x, y."""
        x, y = np.reshape(metres, (-1, 2)).T
        placed = np.column_stack([x - self.west, self.north - y]) * self.px_per_m + MARGIN_PX
        return placed.round().astype(np.int64)


def upload_picture(
    communes: gpd.GeoDataFrame, marks: pd.DataFrame, *, language: Language, in_cells: bool = False
) -> str:
    """Return an HTML `figure`: the picture, and what its signs mean. Every text in it is ours or a commune's name.

    `communes`: name_fr, name_nl, any CRS. `marks`: fate, lon, lat (WGS84), records (one, or what a cell of a grid
    holds, where `in_cells`).
    """
    marks = apart(marks) if in_cells else marks
    metric = communes.to_crs(METRIC_CRS)
    to_metres = Transformer.from_crs(STORAGE_CRS, METRIC_CRS, always_xy=True)
    points = np.column_stack(to_metres.transform(marks["lon"].to_numpy(), marks["lat"].to_numpy()))
    canvas = _canvas(metric, points)
    label = escape(translate("map.upload.label", language))
    box = f'viewBox="0 0 {WIDTH_PX} {canvas.height_px}"'
    drawn = "".join(
        [
            f'<svg {box} role="img" aria-label="{label}">',
            _outlines(metric, canvas),
            _labels(metric, canvas, language),
            _signs(marks, canvas.pixels(points)),
            "</svg>",
        ]
    )
    return f'<figure class="picture">{drawn}{_legend(marks, language)}</figure>'


def _canvas(communes: gpd.GeoDataFrame, points: Pairs) -> Canvas:
    """Return the canvas that holds all that is drawn."""
    corners = np.reshape(communes.total_bounds, (2, 2)) if len(communes) else np.empty((0, 2))
    every = np.vstack([points, corners])
    west, south = every.min(axis=0) if len(every) else (0.0, 0.0)
    east, north = every.max(axis=0) if len(every) else (1.0, 1.0)
    px_per_m = (WIDTH_PX - 2 * MARGIN_PX) / max(east - west, north - south, 1.0)
    height_px = round((north - south) * px_per_m) + 2 * MARGIN_PX
    return Canvas(float(west), float(north), float(px_per_m), height_px)


def _outlines(communes: gpd.GeoDataFrame, canvas: Canvas) -> str:
    if communes.empty:
        return ""
    simple = shapely.coverage_simplify(communes.geometry.to_numpy(), TOLERANCE_M)
    rings = [canvas.pixels(shapely.get_coordinates(part.exterior)) for part in shapely.get_parts(simple)]
    path = "".join("M" + "L".join(f"{x} {y}" for x, y in ring.tolist()) + "Z" for ring in rings)
    return f'<path d="{path}" fill="#eef1f3" stroke="#7d8894"/>'


def _labels(communes: gpd.GeoDataFrame, canvas: Canvas, language: Language) -> str:
    """Return each commune's name at its middle, where the commune is wide enough for it."""
    lines = []
    for name, shape in zip(district_names(communes, language), communes.geometry, strict=True):
        west, _, east, _ = shape.bounds
        if (east - west) * canvas.px_per_m >= LETTER_PX * len(name):
            [(x, y)] = canvas.pixels(shapely.get_coordinates(shape.representative_point())).tolist()
            lines.append(f'<text x="{x}" y="{y}">{escape(name)}</text>')
    return f"<g {LABEL_STYLE}>{''.join(lines)}</g>" if lines else ""


def _signs(marks: pd.DataFrame, pixels: npt.NDArray[np.int64]) -> str:
    """Return the signs, those of one fate together; the sign of a cell grows with what it holds."""
    symbols = "".join(f'<g id="sign-{fate}">{SIGNS[fate].svg()}</g>' for fate in Fate)
    groups = []
    for fate in DRAWN_FIRST:
        mine = (marks["fate"] == fate.value).to_numpy(dtype=bool)
        spots = [
            f'<use href="#sign-{fate}" transform="translate({x} {y}) scale({scale:.2f})"/>'
            for (x, y), scale in zip(pixels[mine].tolist(), sign_scales(marks["records"])[mine], strict=True)
        ]
        groups.append(f'<g data-fate="{fate}">{"".join(spots)}</g>')
    return f"<defs>{symbols}</defs>{''.join(groups)}"


def _legend(marks: pd.DataFrame, language: Language) -> str:
    """Return what the signs mean, and how many records are drawn of each."""
    drawn = marks.groupby("fate")["records"].sum()
    lines = []
    for fate in (fate for fate in Fate if fate in drawn.index):
        icon = f"<svg {ICON}>{SIGNS[fate].svg()}</svg>"
        label = escape(translate(f"fate.{fate}", language))
        lines.append(f"<li>{icon} {label}: {written_number(int(drawn[fate]), language)}</li>")
    return f"<figcaption><ul>{''.join(lines)}</ul></figcaption>"
