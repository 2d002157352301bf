"""Mutualisation coverage: which share of a district's alternatives takes part in at least one mutualisation."""

from datetime import date

import geopandas as gpd
import pandas as pd
import streamlit as st

from commons.i18n import translate
from commons.release import released
from commons.research import coverage
from commons.vocabulary import Audience, DistrictLevel, ResourceKind
from dashboard.charts import coverage_by_kind, coverage_distribution
from dashboard.map_view import show_map
from dashboard.session import Param, in_address, language, say
from dashboard.tables import csv_of, name_by_code, show_table, with_shares
from dashboard.words import number, percent
from maps.classes import classify

LEVELS = (DistrictLevel.NEIGHBOURHOOD, DistrictLevel.COMMUNE)
ANY = "any"


def show() -> None:
    """Arrange the page."""
    reader, today = released(Audience.PUBLIC), date.today()  # noqa: DTZ011 - the reader's own day
    st.title(say("coverage.title"))
    st.markdown(say("coverage.lead"))
    level, kind = ask()
    districts, communes = reader.districts(level), reader.districts(DistrictLevel.COMMUNE)
    if districts.empty:
        st.info(say("no_districts"))
        return
    region = coverage(Audience.PUBLIC, DistrictLevel.REGION, today)
    region = region[region["code"].notna()]
    every_kind = coverage(Audience.PUBLIC, level, today)
    chosen = every_kind[
        every_kind["resource_kind"].isna() if kind is None else every_kind["resource_kind"].eq(kind)
    ]
    shown = with_shares(districts, chosen)
    tell(region, chosen, kind)
    left, right = st.columns([4, 3], gap="medium")
    with left:
        draw(shown, communes, level)
    with right:
        tabulate(shown, level)
        st.download_button(
            say("coverage.download"),
            csv_of(every_kind),
            file_name=f"coverage-{level}-{today}.csv",
            mime="text/csv",
            on_click="ignore",
            icon=":material/download:",
        )
    plot(region, shown["share"], level)


def ask() -> tuple[DistrictLevel, str | None]:
    """Return the level, and the kind of resource, None for any."""
    levels, kinds = [level.value for level in LEVELS], [ANY, *(kind.value for kind in ResourceKind)]
    left, right = st.columns(2)
    with left:
        level = st.segmented_control(
            say("coverage.level"),
            levels,
            format_func=lambda code: say(f"level.{code}"),
            required=True,
            **in_address(Param.LEVEL, levels, default=levels[:1]),
        )
    with right:
        kind = st.selectbox(
            say("coverage.kind"),
            kinds,
            format_func=lambda code: (
                say("coverage.any") if code == ANY else translate(f"resource_kind.{code}", language())
            ),
            **in_address(Param.KIND, kinds, default=[ANY]),
        )
    return DistrictLevel(level), None if kind == ANY else kind


def tell(region: pd.DataFrame, chosen: pd.DataFrame, kind: str | None) -> None:
    """Say the region's figure in a sentence, and what the districts leave out."""
    row = region[region["resource_kind"].isna() if kind is None else region["resource_kind"].eq(kind)].iloc[0]
    values = {
        "participating": number(row["participating"], language()),
        "alternatives": number(row["alternatives"], language()),
        "share": percent(row["share"], language(), 1),
    }
    st.markdown(say("coverage.region" if row["alternatives"] else "coverage.nothing", **values))
    elsewhere = int(chosen.loc[chosen["code"].isna(), "alternatives"].sum())
    if elsewhere:
        st.caption(say("not_located", count=number(elsewhere, language())))


def draw(shown: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, level: DistrictLevel) -> None:
    """Show the shares on the map."""
    nowhere = shown.iloc[:0].assign(public_id="", name="", category="", precision="")
    show_map(
        shown,
        nowhere,
        language=language(),
        classes=classify(shown["value"], title=say("coverage.legend"), language=language()),
        communes=communes,
        key=f"coverage.map.{level}",
    )


def tabulate(shown: gpd.GeoDataFrame, level: DistrictLevel) -> None:
    """Show the shares as a table; a district without alternatives says so."""
    names = name_by_code(shown, language())
    rows = shown.set_index("code").loc[list(names)].reset_index()
    table = pd.DataFrame(
        {
            "district": rows["code"].map(names),
            "share": rows["share"],
            "participating": rows["participating"],
            "alternatives": rows["alternatives"],
        }
    )
    show_table(
        table, language(), shares=["share"], absent=say("coverage.none"), key=f"coverage.table.{level}"
    )


def plot(region: pd.DataFrame, shares: pd.Series, level: DistrictLevel) -> None:
    """Show the region by resource kind, and how the districts are spread."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.header(say("coverage.by_kind"), anchor=False)
        st.altair_chart(coverage_by_kind(region, language()), alt=say("coverage.by_kind_alt"))
    with right:
        st.header(say("coverage.distribution"), anchor=False)
        st.altair_chart(coverage_distribution(shares, language()), alt=say("coverage.distribution_alt"))
        st.caption(say(f"coverage.without.{level}", count=number(int(shares.isna().sum()), language())))


show()
