"""The coverage map: one measure of every district in one year, as a map, a table and a plot; and why some have none."""

from dataclasses import dataclass
from datetime import date
from math import inf

import geopandas as gpd
import pandas as pd
import streamlit as st

from commons.calendar import today
from commons.categories.scheme import categories
from commons.i18n import translate
from commons.release import released
from commons.research import SHARES, WALK_M, Gap, measure_districts, years_known
from commons.vocabulary import Audience, DistrictLevel, Measure, ResourceKind
from dashboard.components.charts import districts_by_class
from dashboard.components.map_view import show_map
from dashboard.components.tables import csv_of, name_by_code, show_table
from dashboard.components.words import category_label, has, number, percent
from dashboard.session import Param, in_address, language, say
from maps.classes import Classes, classify, quantile_bounds

LEVELS = (DistrictLevel.NEIGHBOURHOOD, DistrictLevel.COMMUNE)
ANY, NOW = "any", "now"
OF_KINDS = (Measure.POOLED, Measure.WALK)
SHARE_BOUNDS = (0, 20, 40, 60, 80, 100)
LIST_BOUNDS = (1, 2, 3, 5, 10, inf)
# What the table calls a measure's value, its part and its whole.
COLUMNS = {
    Measure.RATE: ("per_1000", "alternatives", "population"),
    Measure.POOLED: ("share", "participating", "alternatives"),
    Measure.WALK: ("share", "walkers", "population"),
    Measure.PARTNERS: ("lists", None, "alternatives"),
    Measure.FRESH: ("share", "confirmed", "alternatives"),
}
RATE_DECIMALS = 3
GAP_COLOUR = "#dedbd4"
KEPT, KEPT_SECONDS = 200, 600


@dataclass(frozen=True)
class Question:
    """What is asked: a measure at a level, of a category and a kind of resource (None: any), at the end of a year."""

    measure: Measure
    level: DistrictLevel
    category: str | None
    kind: ResourceKind | None
    year: int | None
    """None: today."""

    @property
    def day(self) -> date:
        """The day of which it is asked."""
        return date(self.year, 12, 31) if self.year else today()


def show() -> None:
    """Arrange the page."""
    reader = released(Audience.PUBLIC)
    st.title(say("coverage.title"))
    st.markdown(say("coverage.lead"))
    communes = reader.districts(DistrictLevel.COMMUNE)
    if communes.empty:
        st.info(say("no_districts"))
        return
    version = reader.version()
    with st.container():  # the map stays where it is, whichever inputs there are
        question = ask(kept_years(Audience.PUBLIC, version))
    figures = kept_figures(Audience.PUBLIC, version, question, question.day)
    shown = figures[(figures["level"] == question.level) & figures["code"].notna()]
    with st.container():
        tell(figures, question)
    classes = classes_of(shown, question, version)
    districts = communes if question.level is DistrictLevel.COMMUNE else reader.districts(question.level)
    drawn = districts.merge(shown[["code", "value", "state"]], on="code", how="left")
    drawn["value"] *= 100 if question.measure in SHARES else 1
    left, right = st.columns([5, 4], gap="medium")
    with left:
        draw(drawn, communes, classes)
    with right:
        tabulate(districts, shown, question)
        offer(figures, question)
    plot(drawn, classes)
    explain(shown)


@st.cache_data(max_entries=KEPT, ttl=KEPT_SECONDS, show_spinner=False)
def kept_figures(audience: Audience, version: str, question: Question, day: date) -> pd.DataFrame:  # noqa: ARG001
    """Return the answer for the day; kept as long as the version of what the audience sees is the same."""
    return measure_districts(
        audience, question.measure, question.level, [day], category=question.category, kind=question.kind
    )


@st.cache_data(max_entries=KEPT, ttl=KEPT_SECONDS, show_spinner=False)
def kept_years(audience: Audience, version: str) -> list[int]:  # noqa: ARG001
    """Return the years that can be asked of; kept as the figures are."""
    return years_known(audience)


def ask(years: list[int]) -> Question:
    """Return the question that the inputs ask."""
    measures, levels = [measure.value for measure in Measure], [level.value for level in LEVELS]
    codes = [ANY, *(category.code for category in categories())]
    kinds = [ANY, *(kind.value for kind in ResourceKind)]
    moments = [*map(str, years), NOW]
    measure = Measure(
        st.segmented_control(
            say("coverage.measure"),
            measures,
            format_func=lambda code: translate(f"measure.{code}", language()),
            required=True,
            **in_address(Param.MEASURE, measures, default=measures[:1]),
        )
    )
    by, of, pooling = st.columns([2, 3, 3])
    with by:
        level = st.segmented_control(
            say("coverage.level"),
            levels,
            format_func=lambda code: say(f"level.{code}"),
            required=True,
            **in_address(Param.LEVEL, levels, default=levels[:1]),
        )
    with of:
        category = st.selectbox(
            say("coverage.category"),
            codes,
            format_func=lambda code: say("coverage.all") if code == ANY else category_label(code, language()),
            filter_mode="contains",
            **in_address(Param.CATEGORY, codes, default=[ANY]),
        )
    kind = ANY
    with pooling:
        if measure in OF_KINDS:
            kind = st.selectbox(
                say(f"coverage.kind.{measure}"),
                kinds,
                format_func=lambda code: (
                    say(f"coverage.any.{measure}")
                    if code == ANY
                    else translate(f"resource_kind.{code}", language())
                ),
                **in_address(Param.KIND, kinds, default=[ANY]),
            )
    year = NOW
    if years:
        year = st.select_slider(
            say("coverage.year"),
            moments,
            format_func=lambda code: say("coverage.now") if code == NOW else code,
            **in_address(Param.YEAR, moments, default=[NOW]),
        )
    return Question(
        measure,
        DistrictLevel(level),
        None if category == ANY else category,
        None if kind == ANY else ResourceKind(kind),
        None if year == NOW else int(year),
    )


def tell(figures: pd.DataFrame, question: Question) -> None:
    """Say what is measured and how, the region's figure, and what the districts leave out."""
    region = figures[figures["level"] == DistrictLevel.REGION].iloc[0]
    metres = {"metres": number(WALK_M, language())} if question.measure is Measure.WALK else {}
    st.markdown(say(f"coverage.what.{question.measure}", **metres))
    values = {
        "part": number(region["part"], language()),
        "whole": number(region["whole"], language()),
        "value": written(region["value"], question.measure),
        "year": region["population_year"],
    }
    if pd.notna(region["value"]):
        st.markdown(say(f"coverage.region.{question.measure}", **values))
    elif region["state"] != Gap.NO_POPULATION:
        st.markdown(say("coverage.not_then" if region["state"] == Gap.UNKNOWN else "coverage.nothing"))
    if question.year and region["undated"]:
        st.caption(say("coverage.undated", count=number(region["undated"], language())))
    nowhere = figures[(figures["level"] == question.level) & figures["code"].isna()]
    elsewhere = int(nowhere["part" if question.measure is Measure.RATE else "whole"].fillna(0).sum())
    if elsewhere:
        st.caption(say("not_located", count=number(elsewhere, language())))


def written(value: object, measure: Measure) -> str:
    """Return a value of the measure as readers of the language write it."""
    if measure in SHARES:
        return percent(value, language(), 1)
    return number(value, language(), RATE_DECIMALS if measure is Measure.RATE else 0)


def classes_of(shown: pd.DataFrame, question: Question, version: str) -> Classes:
    """Return the classes of the measure, which are the same in every year; those of a rate are today's."""
    title = say(f"coverage.legend.{question.measure}")
    if question.measure is Measure.RATE:
        now = kept_figures(Audience.PUBLIC, version, question, today())
        values = now.loc[now["level"] == question.level, "value"]
        bounds = quantile_bounds(values if values.notna().any() else shown["value"])
        return classify(bounds, title=title, language=language())
    is_share = question.measure in SHARES
    return classify(
        SHARE_BOUNDS if is_share else LIST_BOUNDS,
        title=title,
        language=language(),
        whole_numbers=not is_share,
    )


def draw(drawn: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, classes: Classes) -> None:
    """Show the values on the map."""
    nowhere = drawn.iloc[:0].assign(public_id="", name="", category="", precision="")
    show_map(drawn, nowhere, language=language(), classes=classes, communes=communes, key="coverage.map")


def tabulate(districts: gpd.GeoDataFrame, shown: pd.DataFrame, question: Question) -> None:
    """Show the values as a table; a district without one says why."""
    names = name_by_code(districts, language())
    rows = shown.set_index("code").loc[list(names)].reset_index()
    value, part, whole = COLUMNS[question.measure]
    gaps = [say(f"coverage.short.{state}") if has(state) else "" for state in rows["state"]]
    told = {
        "district": list(names.values()),
        value: rows["value"],
        "gap": gaps,
        **{name: rows[column] for name, column in ((part, "part"), (whole, "whole")) if name},
    }
    counts = {name: 0 for name in (part, whole) if name}
    show_table(
        pd.DataFrame(told),
        language(),
        decimals={"per_1000": RATE_DECIMALS, "lists": 0} | counts,
        shares=["share"],
        key=f"coverage.table.{question.measure}.{question.level}",
    )


def offer(figures: pd.DataFrame, question: Question) -> None:
    """Offer the figures as a file, and tell the command that prints the very same."""
    st.download_button(
        say("coverage.download"),
        csv_of(figures),
        file_name=f"{question.measure}-{question.level}-{question.day}.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
    )
    st.caption(say("coverage.same_figures"))
    st.code(in_shell(question), language="bash", wrap_lines=True)


def in_shell(question: Question) -> str:
    """Return the command that gives the figures of the download."""
    category = f" --category {question.category}" if question.category else ""
    kind = f" --kind {question.kind}" if question.kind else ""
    return (
        f"commons research measure {question.measure} --level {question.level} --on {question.day}"
        f"{category}{kind} --format csv"
    )


def plot(drawn: gpd.GeoDataFrame, classes: Classes) -> None:
    """Show how many districts each line of the map's legend holds."""
    colours = classes.colour(drawn["value"].astype(float)).where(drawn["state"].isna(), None).value_counts()
    gaps = drawn["state"].value_counts()
    lines = [
        *(
            (label, colour, colours.get(colour, 0))
            for label, colour in zip(classes.labels, classes.colours, strict=True)
        ),
        *((say(f"coverage.short.{gap}"), GAP_COLOUR, gaps[gap]) for gap in Gap if gap in gaps),
    ]
    st.header(say("coverage.chart"), anchor=False)
    st.altair_chart(
        districts_by_class(pd.DataFrame(lines, columns=["label", "colour", "districts"]), language()),
        alt=say("coverage.chart_alt"),
    )


def explain(shown: pd.DataFrame) -> None:
    """Say in words why districts have no value, and that what is hidden is not among the reasons."""
    gaps = set(shown["state"].dropna())
    if gaps:
        st.header(say("coverage.gaps"), anchor=False)
        st.markdown("\n".join(f"- {say(f'coverage.gap.{gap}')}" for gap in Gap if gap in gaps))
    st.caption(say("coverage.hidden"))


show()
