"""Frames on their way to the screen: named in the language, and written for its readers."""

from collections.abc import Collection

import geopandas as gpd
import pandas as pd
import streamlit as st

from commons.categories.scheme import fold
from commons.vocabulary import Language
from dashboard.components.words import NOTHING, number, percent
from dashboard.session import say
from maps.areas import district_names

ROW_HEIGHT_PX = 35
WIDTHS = {"district": 150, "participating": 100}
MOST_ROWS_SHOWN = 12


def name_by_code(districts: gpd.GeoDataFrame, language: Language) -> dict[str, str]:
    """Return the districts' names by code, in the order of the names."""
    names = dict(zip(districts["code"], district_names(districts, language), strict=True))
    return dict(sorted(names.items(), key=lambda item: fold(item[1])))


def show_table(
    frame: pd.DataFrame,
    language: Language,
    *,
    decimals: dict[str, int] | None = None,
    shares: Collection[str] = (),
    key: str,
) -> None:
    """Show a frame whose columns are texts `column.<name>`, its numbers as the language writes them."""
    styled = frame.style.format(
        {name: lambda value, d=d: number(value, language, d) for name, d in (decimals or {}).items()}
        | {name: lambda value: percent(value, language, 1) for name in shares}
    )
    st.dataframe(
        styled,
        hide_index=True,
        height=ROW_HEIGHT_PX * (min(len(frame), MOST_ROWS_SHOWN) + 1) + 3,
        column_config={
            str(name): st.column_config.Column(say(f"column.{name}"), width=WIDTHS.get(str(name)))
            for name in frame.columns
        },
        placeholder=NOTHING,
        key=key,
    )


def csv_of(frame: pd.DataFrame) -> bytes:
    """Return the frame as CSV: the very lines that `commons research … --format csv` prints."""
    text: str = frame.to_csv(index=False)
    return text.encode()
