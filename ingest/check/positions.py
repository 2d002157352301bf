"""Where a record is: one point in WGS84, within the region, or none."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from commons.territory import STORAGE_CRS, territory
from ingest.check.angles import PAIR, to_degrees
from ingest.check.area import Area, region
from ingest.check.axes import Order, is_swapped, order_of, swapped_degrees
from ingest.check.draft import Draft, Finding
from ingest.check.map_links import pins
from ingest.check.systems import (
    UNKNOWN,
    Mask,
    decide_crs,
    restore_decimals,
    systems_of_rows,
    to_storage,
)
from ingest.check.written_shapes import read_shapes
from ingest.notices import Notice, NoticeCode
from ingest.patterns import POSTCODE, contains, is_like, is_map_link, is_shape, to_number
from ingest.read.table import Points

GROUPED = r"[-+]?[0-9]{1,3}(?:(?:[.][0-9]{3}){2,}|(?:,[0-9]{3}){2,}|(?:,[0-9]{3})+[.][0-9]+)"
"""A number whose thousands are set apart as spreadsheets do: 50.846.700, 4,352,500, 149,023.5."""
UNIT = r"^([-+]?[0-9][0-9 .,'\u00a0\u202f]*?)[ \u00a0\u202f]*(?:m|m[eè]tres?|meters?|deg|degr[eé]s|degrees|graden)[.]?$"
"""A number, and what it counts."""
_OPENING = r"^[ (\[]*"
_CLOSING = r"[ )\]]*$"
NUMBERS = rf"{_OPENING}(?P<first>[^ ,;|/]+) *[,;|/ ] *(?P<second>[^ ,;|/]+?){_CLOSING}"
"""Two coordinates in one cell, as numbers with a decimal point or without blanks within."""
NUMBERS_WITH_HEIGHT = (
    rf"{_OPENING}(?P<first>[-+]?[0-9]+[.][0-9]+) *[,;|/ ] *(?P<second>[-+]?[0-9]+[.][0-9]+)"
    rf"(?: *[,;|/ ] *[-+]?[0-9]+(?:[.][0-9]+)?){{1,2}}{_CLOSING}"
)
"""The same, then the height and the accuracy, as receivers and forms write them."""
NUMBERS_WITH_COMMAS = (
    rf"{_OPENING}(?P<first>[-+]?[0-9]+,[0-9]+)(?:[;|/ ]| *, )[;|/ ]*(?P<second>[-+]?[0-9]+,[0-9]+)"
    rf"(?:[;|/ ]+[-+]?[0-9]+(?:,[0-9]+)?){{0,2}}{_CLOSING}"
)
"""The same with decimal commas: only more than a comma can stand between them."""
_NAMED = r"[^0-9a-z]*(?P<{}>[-+]?[0-9]+(?:[.,][0-9]+)?)[^0-9a-z]*"
_LAT, _LON = r"[^0-9a-z]*(?:lat\w*|breedte\w*|y)", r"(?:lon\w*|lng|lengte\w*|x)"
NAMED = tuple(
    f"(?i)^{one}{_NAMED.format(this)}{other}{_NAMED.format(that)}$"
    for one, this, other, that in ((_LAT, "lat", _LON, "lon"), (f"[^0-9a-z]*{_LON}", "lon", _LAT, "lat"))
)
"""Two coordinates that say which is which: "lat: 50.827 lon: 4.346"."""


COORDINATES = ("lon", "lat", "coordinates")


@dataclass(frozen=True)
class Positions:
    """The coordinates a file gives, x before y as far as it says, and the rows where something illegible stands.

    `notices` are about shapes that were written as text.
    """

    points: Points
    crs: int | None
    unreadable: Mask
    field: str | None
    order: Order
    notices: tuple[Notice, ...] = ()


def check_positions(draft: Draft, area: Area | None = None) -> Iterator[Finding]:
    """Set `lon` and `lat`. A row without a position is kept; one outside the region is set aside.

    The first chunk that has any position decides the CRS and the order of the axes for the whole file; a row that lies
    in the region by another system only is read by that one.
    """
    area = area or region()
    given = read_positions(draft)
    nowhere = _is_nowhere(given.points)
    unreadable = given.unreadable | nowhere
    for name in COORDINATES:
        draft.leave(name, pd.Series(unreadable, index=draft.index))
    points = np.where(nowhere[:, None], np.nan, given.points)
    present = np.isfinite(points).all(axis=1)
    restored = np.zeros_like(present)
    if given.crs in (None, STORAGE_CRS):
        points, restored = restore_decimals(points, area.bounds)
    crs = draft.memory.crs or decide_crs(given.crs, points[present], area.bounds)
    draft.memory.crs = crs if present.any() else draft.memory.crs
    systems = systems_of_rows(points, crs, area.bounds, is_declared=given.crs is not None)
    unknown = present & (systems == UNKNOWN)
    swapped = _swapped_rows(draft, given.order, points, systems, area)
    points[swapped] = points[swapped, ::-1]
    for system in np.unique(systems[present & ~unknown]):
        rows = systems == system
        points[rows] = to_storage(points[rows], int(system))
    points[~present | unknown] = np.nan
    draft.columns["lon"], draft.columns["lat"] = (pd.Series(axis, index=draft.index) for axis in points.T)
    outside = present & ~unknown & ~area.holds(points)

    def rows_where(mask: Mask) -> pd.Series:
        return pd.Series(mask, index=draft.index)

    if given.crs is None and crs not in (None, STORAGE_CRS):
        yield Finding(NoticeCode.CRS_GUESSED, field=given.field)
    if given.crs is not None and crs != given.crs:
        yield Finding(NoticeCode.CRS_CORRECTED, field=given.field)
    for code in (NoticeCode.GEOMETRY_IS_LINE, NoticeCode.GEOMETRY_NOT_POINT, NoticeCode.GEOMETRY_UNREADABLE):
        about = {notice.row_number for notice in given.notices if notice.code is code}
        yield Finding(code, pd.Series(draft.index.isin(about), index=draft.index), given.field)
    yield Finding(NoticeCode.POSITION_UNREADABLE, rows_where(unreadable), given.field)
    yield Finding(NoticeCode.NO_POSITION, rows_where(~present & ~unreadable), given.field)
    yield Finding(NoticeCode.DECIMALS_RESTORED, rows_where(restored), given.field)
    yield Finding(NoticeCode.CRS_MIXED, rows_where(present & ~unknown & (systems != crs)), given.field)
    yield Finding(NoticeCode.CRS_UNKNOWN, rows_where(unknown), given.field)
    if given.order.is_declared:
        yield Finding(NoticeCode.AXES_SWAPPED, rows_where(swapped & ~outside), given.field)
    yield Finding(NoticeCode.OUTSIDE_REGION, rows_where(outside), given.field)


def _swapped_rows(
    draft: Draft, order: Order, points: Points, systems: npt.NDArray[np.int64], area: Area
) -> Mask:
    """Return which rows give y before x: all or none of a file's, but for degrees in pairs of no declared order."""
    swapped = np.zeros(len(points), dtype=bool)
    present = np.isfinite(points).all(axis=1) & (systems != UNKNOWN)
    crs = draft.memory.crs
    if crs is not None and draft.memory.is_swapped is None and present.any():
        rows = present & (systems == crs)
        # A cell with both is read latitude first; of metres x stands first.
        as_titled = points[rows] if order.is_declared else points[rows, ::-1]
        turned = is_swapped(as_titled, crs, area, order, _elsewhere(draft)[rows])
        draft.memory.is_swapped = turned == order.is_declared
    if draft.memory.is_swapped:
        swapped |= present
    if not order.is_declared:
        in_degrees = present & (systems == STORAGE_CRS)
        swapped[in_degrees] = swapped_degrees(points[in_degrees], area)
    return swapped


def _elsewhere(draft: Draft) -> Mask:
    """Return True where the postcode is of another region."""
    postcode = draft.texts("postcode").str.strip()
    found: Mask = (is_like(postcode, POSTCODE) & ~is_like(postcode, territory().postcode)).to_numpy(
        dtype=bool
    )
    return found


def read_positions(draft: Draft) -> Positions:
    """Return the geometry where the file has any, else the columns of longitude and latitude, else what one cell holds.

    A row whose two columns are empty has what its cell holds, or the pin of a link to a map in place of its website.
    """
    raw = draft.source.raw
    if raw.points is not None and np.isfinite(raw.points).any():
        unreadable = np.zeros(len(raw.points), dtype=bool)
        order = order_of((), has_geometry=True, in_pairs=False)
        return Positions(raw.points, raw.crs, unreadable, None, order)
    has_both = draft.has("lon") and draft.has("lat")
    x, y = draft.texts("lon"), draft.texts("lat")
    points = np.column_stack([_to_coordinate(x), _to_coordinate(y)])
    is_empty = (x.isna() & y.isna()).to_numpy() if has_both else np.ones(len(x), dtype=bool)
    cells = draft.texts("coordinates").where(is_empty)
    written = (cells.notna() | (has_both & (x.notna() | y.notna()))).to_numpy(dtype=bool)
    in_cells, crs, notices = _read_cells(cells)
    links = draft.texts("website").where(is_empty & cells.isna().to_numpy())
    links = links.where(is_map_link(links))
    in_links = pins(links).to_numpy() if links.notna().any() else np.full_like(points, np.nan)
    points = np.where(np.isfinite(in_cells) & is_empty[:, None], in_cells, np.where(has_both, points, np.nan))
    points = np.where(np.isfinite(in_links), in_links, points)
    about = {notice.row_number for notice in notices if notice.code is not NoticeCode.GEOMETRY_UNREADABLE}
    unreadable = written & ~np.isfinite(points).all(axis=1) & ~draft.index.isin(about)
    in_columns = has_both and bool((x.notna() | y.notna()).any())
    header_of = draft.source.mapping.header_of
    order = order_of(
        (header_of("lon"), header_of("lat")) if in_columns else (),
        has_geometry=not in_columns and _says_order(cells),
        in_pairs=not in_columns,
    )
    field = "lat" if has_both else "coordinates"
    return Positions(points, None if in_columns else crs, unreadable, field, order, tuple(notices))


def _says_order(cells: pd.Series) -> bool:
    """Say whether every cell is a shape or a link, which leave no doubt of what stands first."""
    return bool(cells.notna().any() and (is_map_link(cells) | is_shape(cells) | cells.isna()).all())


def _read_cells(cells: pd.Series) -> tuple[Points, int | None, list[Notice]]:
    """Return the points that cells hold, by links, shapes, names or numbers; the system that all of them declare."""
    points = np.full((len(cells), 2), np.nan)
    if cells.isna().all():
        return points, None, []
    links, shapes = is_map_link(cells), is_shape(cells)
    written = read_shapes(cells.where(shapes))
    rest = cells.where(~links & ~shapes)
    y, x = _take_apart(rest)
    points = np.column_stack([_to_coordinate(x), _to_coordinate(y)])
    points[shapes] = written.points[shapes]
    points[links] = pins(cells[links]).to_numpy()
    return points, None if links.any() or rest.notna().any() else written.crs, written.notices


def _take_apart(cells: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return latitude and longitude of cells that hold both: as named, by their hemispheres, or in that order."""
    first = second = pd.Series(pd.NA, index=cells.index, dtype="str")
    for pattern in (*NAMED, NUMBERS_WITH_COMMAS, NUMBERS_WITH_HEIGHT, NUMBERS, PAIR):
        rest = cells.where(first.isna())
        if rest.notna().any():
            pairs = rest.str.extract(pattern).astype("str")
            lat, lon = (pairs[name] for name in (("lat", "lon") if "lat" in pairs else ("first", "second")))
            both = lat.notna() & lon.notna()
            first, second = first.fillna(lat.where(both)), second.fillna(lon.where(both))
    return first, second


def _to_coordinate(texts: pd.Series) -> pd.Series:
    """Return numbers, and degrees where a text is an angle; nothing more is asked of a plain number."""
    numbers = to_number(texts)
    rest = texts.where(numbers.isna())
    return numbers.fillna(_to_odd_coordinate(rest)) if rest.notna().any() else numbers


def _to_odd_coordinate(texts: pd.Series) -> pd.Series:
    """Return the numbers of texts that have a unit or grouped thousands, else degrees."""
    texts = texts.str.replace(UNIT, r"\1", regex=True)
    grouped = is_like(texts, GROUPED)
    if grouped.any():
        pointed = texts.where(~contains(texts, ",.*[.]"), texts.str.replace(",", "", regex=False))
        whole = texts.str.replace("[.,]", "", regex=True)
        texts = texts.where(~grouped, whole.where(pointed.eq(texts), pointed))
    numbers = to_number(texts)
    return numbers.fillna(to_degrees(texts.where(numbers.isna())))


def _is_nowhere(points: Points) -> Mask:
    """Return True at (0, 0), where a failed geocoder puts things."""
    x, y = points.T
    nowhere: Mask = (x == 0) & (y == 0)
    return nowhere
