"""The map of Brussels: districts by class, the communes' outlines and names, and the places, drawn by folium.

Folium's own popups and tooltips are HTML in a template and need jQuery, Bootstrap and icon fonts from five
hosts. Here all that a partner wrote travels as JSON to `static/layer.js`, which shows it as text.
"""

import json
from collections.abc import Hashable
from typing import Any

import folium
import geopandas as gpd
from folium.elements import JSCSSMixin
from folium.template import Template

from commons.i18n import translate
from commons.territory import territory
from commons.vocabulary import Language
from maps.areas import STATES, areas_of, commune_labels, outlines_of, states_of
from maps.assets import asset_url
from maps.classes import Classes
from maps.marks import marks_of

HERE = territory()
WEST, SOUTH, EAST, NORTH = HERE.bounds.view
REGION_BOUNDS = ((SOUTH, WEST), (NORTH, EAST))
"""What a map shows at first: south-west and north-east, latitude first."""

TEXTS = ("label", "zoom_in", "zoom_out", "legend", "close")
# What HTML, JavaScript or Jinja could take for its own, as numbers.
INERT = {ord(sign): f"\\u{ord(sign):04x}" for sign in "{}<>&'`%#$"}


class CommonsMap(folium.Map):
    """A map without a basemap, which loads Leaflet from our own origin and nothing else."""

    def __init__(self) -> None:
        lon, lat = HERE.centre
        west, south, east, north = HERE.bounds.around
        super().__init__(
            location=[lat, lon],
            tiles=None,
            max_bounds=True,
            min_zoom=9,
            max_zoom=18,
            zoom_snap=0.25,
            attribution_control=False,
            min_lat=south,
            max_lat=north,
            min_lon=west,
            max_lon=east,
        )
        self.default_js = [("leaflet", asset_url("leaflet", "leaflet.js"))]
        self.default_css = [("leaflet_css", asset_url("leaflet", "leaflet.css"))]


class CommonsLayer(JSCSSMixin, folium.FeatureGroup):
    """All that changes on the map, as one layer, so that a filter redraws it without reloading the map."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = {{ this.script }}(JSON.parse({{ this.drawn }}));
        {% endmacro %}
        """
    )
    script = "CommonsMap.layer"

    def __init__(self, drawn: dict[str, Any]) -> None:
        super().__init__(control=False)
        self.default_js = [("map_layer", asset_url("maps", "layer.js"))]
        self.default_css = [("map_css", asset_url("maps", "layer.css"))]
        self.drawn = inert_literal(drawn)


def inert_literal(drawn: dict[str, Any]) -> str:
    r"""Return the data's JSON as a JavaScript string that means nothing to HTML, to JavaScript or to Jinja.

    Branca compiles every rendered script once more as a Jinja template, so that a partner's `{{ … }}` would run on
    the server.

    >>> print(inert_literal({"name": "{{ 7 }}</p>"}))
    "\u007b\"name\":\"\u007b\u007b 7 \u007d\u007d\u003c/p\u003e\"\u007d"
    """
    text = json.dumps(drawn, separators=(",", ":"), allow_nan=False)
    return json.dumps(text).translate(INERT)


def commons_map(
    districts: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    *,
    language: Language,
    classes: Classes | None = None,
    selected: str | None = None,
    communes: gpd.GeoDataFrame | None = None,
    attribution: str = "",
) -> folium.Map:
    """Return the whole map, ready to be rendered as a page of its own, from what `commons_layer` takes."""
    page = CommonsMap()
    layer = commons_layer(
        districts,
        places,
        language=language,
        classes=classes,
        selected=selected,
        communes=communes,
        attribution=attribution,
    )
    layer.add_to(page)
    return page


def commons_layer(
    districts: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    *,
    language: Language,
    classes: Classes | None = None,
    selected: str | None = None,
    communes: gpd.GeoDataFrame | None = None,
    attribution: str = "",
) -> CommonsLayer:
    """Return districts, outlines, names, marks and legend as one layer of a `CommonsMap`.

    `districts`: code, name_fr, name_nl and, with `classes`, value and state; `places`: public_id, name,
    category (code) and precision; `communes`: name_fr and name_nl. `selected` is a public_id or a district's
    code. The frames hold only what the reader may see: they come from a released schema.
    """
    marks = marks_of(places, language)
    return CommonsLayer(
        {
            "language": language.value,
            "texts": {key: translate(f"map.{key}", language) for key in TEXTS}
            | ({"label": translate("map.districts", language)} if places.empty else {}),
            "districts": areas_of(districts, classes, language),
            "communes": None if communes is None else outlines_of(communes),
            "labels": [] if communes is None else commune_labels(communes, language),
            "marks": marks,
            "legend": _legend(districts, classes, marks, language),
            "attribution": attribution,
            "selected": selected,
            "bounds": REGION_BOUNDS,
        }
    )


def _legend(
    districts: gpd.GeoDataFrame, classes: Classes | None, marks: list[dict[Hashable, Any]], language: Language
) -> dict[str, Any]:
    """Return the legend's lines: the classes, and of the other signs only those that the map shows."""
    fills: list[dict[str, str]] = []
    if classes is not None:
        fills = [{"fill": c, "label": text} for c, text in zip(classes.colours, classes.labels, strict=True)]
        present = set(states_of(districts).dropna())
        fills += [
            {"fill": f"url(#district-{state})", "label": translate(f"map.state.{state}", language)}
            for state in STATES
            if state in present
        ]
    signs = dict.fromkeys(("exact", "general", "several"), False)
    for mark in marks:
        signs["exact" if mark["precision"] == "exact" else "general"] = True
        signs["several"] |= mark["count"] > 1
    return {
        "title": classes.title if classes else "",
        "fills": fills,
        "signs": [
            {"sign": s, "label": translate(f"map.sign.{s}", language)} for s, shown in signs.items() if shown
        ],
    }
