"""Charts that say what the table beside them says."""

from collections.abc import Sequence
from itertools import accumulate

import altair as alt
import pandas as pd
import streamlit as st

from commons.i18n import translate
from commons.vocabulary import Language
from dashboard.components.words import number
from ingest.link.linker import Evidence
from ingest.link.reasons import comparison_of, signed

BAR_PX = 30
# Told apart in grey and under every common colour blindness, on white and on the dark ground.
OWN_COLOUR, OTHER_COLOUR = "#d9480f", "#4292c6"
OUTLINE_COLOUR = "#7d8894"
HEAT = ["#deebf7", "#084594"]
"""From few to many; black reads on the lighter half, white on the darker."""
SQUARE_PX = 44
TEXT_COLOURS = {"light": "#4b5563", "dark": "#c9ced6"}
LABEL_PX = 260
LABEL_ROOM_PX = 36
"""For the figure beside the last bar."""


def districts_by_class(shown: pd.DataFrame, language: Language) -> alt.LayerChart:
    """Return a bar per line of the map's legend, in its order and colours: how many districts it holds.

    `shown` has the columns label, colour and districts.
    """
    told = shown.assign(text=[number(count, language) for count in shown["districts"]])
    base = alt.Chart(told).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=LABEL_PX)),
        x=alt.X(
            "districts:Q",
            title=translate("dashboard.chart.districts", language),
            axis=alt.Axis(tickMinStep=1, tickCount=5, format="d"),
        ),
        tooltip=[_told("label", "class", language), _told("text", "districts", language)],
    )
    bars = base.mark_bar(stroke=OUTLINE_COLOUR).encode(color=alt.Color("colour:N", scale=None, legend=None))
    texts = base.mark_text(align="left", dx=4, color=_text_colour()).encode(text="text:N")
    chart: alt.LayerChart = (bars + texts).properties(height=alt.Step(BAR_PX))
    return chart


def weights_of_evidence(evidence: Sequence[Evidence], language: Language) -> alt.LayerChart:
    """Return a waterfall: what each comparison adds to the weight of a match or takes off it, the weightiest first.

    A bar begins where the one above it ended; bits, as log2 of the odds.
    """
    ordered = sorted(evidence, key=lambda e: (-abs(e.weight), e.comparison))
    ends = list(accumulate(e.weight for e in ordered))
    shown = pd.DataFrame(
        {
            "what": [comparison_of(e, language) for e in ordered],
            "start": [0.0, *ends[:-1]],
            "end": ends,
            "text": [signed(e.weight, language) for e in ordered],
            "speaks": ["for" if e.weight >= 0 else "against" for e in ordered],
        }
    )
    colour = alt.Color(
        "speaks:N", scale=alt.Scale(domain=["for", "against"], range=[OTHER_COLOUR, OWN_COLOUR]), legend=None
    )
    base = alt.Chart().encode(
        y=alt.Y("what:N", sort=None, title=None, axis=alt.Axis(labelLimit=LABEL_PX)),
        tooltip=[_told("what", "evidence", language), _told("text", "weight", language)],
    )
    bars = base.mark_bar().encode(
        x=alt.X(
            "start:Q",
            title=translate("dashboard.chart.weight", language),
            axis=_axis(language),
            scale=alt.Scale(padding=LABEL_ROOM_PX),
        ),
        x2="end:Q",
        color=colour,
    )
    texts = base.mark_text(align="left", dx=4, color=_text_colour()).encode(x=alt.X("right:Q"), text="text:N")
    placed = shown.assign(right=shown[["start", "end"]].max(axis=1))
    chart: alt.LayerChart = (bars + texts).properties(data=placed, height=alt.Step(BAR_PX))
    return chart


def heat_of_overlap(told: pd.DataFrame, language: Language) -> alt.LayerChart:
    """Return a square per two sources, the darker the more they have in common.

    `told` has the columns source, other and both_tell.
    """
    shown = told.assign(text=[number(count, language) for count in told["both_tell"]])
    names = sorted(told["source"].unique())
    labels = alt.Axis(labelLimit=LABEL_PX // 2, labelAngle=-40)
    base = alt.Chart(shown).encode(
        x=alt.X("other:N", title=None, axis=labels, scale=alt.Scale(domain=names)),
        y=alt.Y(
            "source:N", title=None, axis=alt.Axis(labelLimit=LABEL_PX // 2), scale=alt.Scale(domain=names)
        ),
        tooltip=[
            _told("source", "source", language),
            _told("other", "other_source", language),
            _told("text", "both_tell", language),
        ],
    )
    most = int(shown["both_tell"].max())
    squares = base.mark_rect().encode(
        color=alt.Color("both_tell:Q", scale=alt.Scale(range=HEAT, domain=[0, most]), legend=None)
    )
    texts = base.mark_text().encode(
        text="text:N",
        color=alt.condition(f"datum.both_tell > {most / 2}", alt.value("white"), alt.value("black")),
    )
    chart: alt.LayerChart = (squares + texts).properties(height=alt.Step(SQUARE_PX))
    return chart


def rate_by_year(rates: pd.DataFrame, language: Language) -> alt.Chart:
    """Return a line per `place` of the rate by year; the first place stands out, the others are for comparison.

    `rates` has the columns place, year and per_1000.
    """
    places = list(rates["place"].unique())
    shown = rates.assign(
        per_1000=rates["per_1000"].astype(float),
        text=[number(rate, language, 3) for rate in rates["per_1000"]],
    )
    chart: alt.Chart = (
        alt.Chart(shown)
        .mark_line(point=True)
        .encode(
            x=alt.X(
                "year:O",
                title=translate("dashboard.chart.year", language),
                axis=alt.Axis(labelAngle=0, labelOverlap=True),
            ),
            y=alt.Y("per_1000:Q", title=translate("dashboard.chart.rate", language), axis=_axis(language)),
            color=alt.Color(
                "place:N",
                title=None,
                sort=places,
                scale=alt.Scale(domain=places, range=[OWN_COLOUR, OTHER_COLOUR]),
                legend=alt.Legend(orient="top", labelLimit=LABEL_PX, columns=1),
            ),
            strokeDash=alt.StrokeDash(
                "place:N", sort=places, scale=alt.Scale(domain=places, range=[[1, 0], [5, 4]]), legend=None
            ),
            tooltip=[
                _told("place", "place", language),
                alt.Tooltip("year:O", title=translate("dashboard.chart.year", language)),
                _told("text", "rate", language),
            ],
        )
    )
    return chart


def _text_colour() -> str:
    """Return a colour that reads on the ground that the visitor's browser has."""
    return TEXT_COLOURS.get(str(st.context.theme.type), TEXT_COLOURS["light"])


def _axis(language: Language) -> alt.Axis:
    """Return an axis whose numbers are written as the language writes them."""
    text = "format(datum.value, '~f')"
    return alt.Axis(labelExpr=text if language is Language.EN else f"replace({text}, '.', ',')")


def _told(field: str, key: str, language: Language) -> alt.Tooltip:
    return alt.Tooltip(f"{field}:N", title=translate(f"dashboard.chart.{key}", language))
