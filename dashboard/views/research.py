"""Research: how the alternatives of a district have changed between two years, beside the whole region."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st

from commons.calendar import today
from commons.categories.scheme import categories
from commons.release import released
from commons.research import change_between, count_by_year
from commons.vocabulary import Audience, DistrictLevel
from dashboard.components.charts import rate_by_year
from dashboard.components.tables import csv_of, name_by_code, show_table
from dashboard.components.words import Row, category_label, has, number
from dashboard.desk.overlap import show_overlap
from dashboard.session import Param, in_address, language, say

FIRST_YEAR = 2005
YEARS_BACK = 10
ALL = "all"
DECIMALS = {
    "alternatives_start": 0,
    "alternatives_end": 0,
    "change": 0,
    "per_1000_start": 3,
    "per_1000_end": 3,
    "undated": 0,
}


@dataclass(frozen=True)
class Question:
    """What is asked: the district (by its code) at a level, the category (None: all), and the two years."""

    level: DistrictLevel
    district: str
    category: str | None
    first: int
    last: int


def show() -> None:
    """Arrange the page."""
    st.title(say("research.title"))
    st.markdown(say("research.lead"))
    levels = [level.value for level in DistrictLevel]
    level = st.segmented_control(
        say("research.level"),
        levels,
        format_func=lambda code: say(f"level.{code}"),
        required=True,
        **in_address(Param.LEVEL, levels, default=[DistrictLevel.NEIGHBOURHOOD.value]),
    )
    names = name_by_code(released(Audience.PUBLIC).districts(DistrictLevel(level)), language())
    if not names:
        st.info(say("no_districts"))
        return
    question = ask(DistrictLevel(level), names)
    if question.first >= question.last:
        st.warning(say("research.years_reversed"), icon=":material/warning:")
        return
    answer(question, names)


def ask(level: DistrictLevel, names: Mapping[str, str]) -> Question:
    """Return the question that the inputs ask."""
    this_year = today().year
    codes = [ALL, *(category.code for category in categories())]
    years = [str(year) for year in range(this_year, FIRST_YEAR - 1, -1)]
    place, topic, start, end = st.columns([3, 3, 1, 1])
    with place:
        district = st.selectbox(
            say("research.district"),
            list(names),
            format_func=lambda code: names.get(code, code),
            filter_mode="contains",
            **in_address(Param.DISTRICT, names, default=[next(iter(names))]),
        )
    with topic:
        category = st.selectbox(
            say("research.category"),
            codes,
            format_func=lambda code: say("research.all") if code == ALL else category_label(code, language()),
            filter_mode="contains",
            **in_address(Param.CATEGORY, codes, default=[ALL]),
        )
    with start:
        first = st.selectbox(
            say("research.from"),
            years,
            **in_address(Param.START, years, default=[str(this_year - 1 - YEARS_BACK)]),
        )
    with end:
        last = st.selectbox(
            say("research.to"), years, **in_address(Param.END, years, default=[str(this_year - 1)])
        )
    return Question(level, district, None if category == ALL else category, int(first), int(last))


def answer(question: Question, names: Mapping[str, str]) -> None:
    """Show the change as figures, a line and a table, and offer the very same figures as files."""
    days = date(question.first, 1, 1), date(question.last, 1, 1)
    change = change_between(Audience.PUBLIC, question.level, *days, category=question.category)
    mine = change[change["code"] == question.district]
    st.header(names[question.district], anchor=False)
    measure(mine.to_dict("records")[0], question)
    name = f"change-{question.level}-{question.district}-{question.first}-{question.last}.csv"
    every = f"change-{question.level}-{question.first}-{question.last}.csv"
    with st.container(horizontal=True):
        offer(say("research.download"), csv_of(mine), name)
        offer(say("research.download_all"), csv_of(change), every)
    plot(question, names)
    st.header(say("research.every_district"), anchor=False)
    tabulate(change, names)
    elsewhere = int(change.loc[change["code"].isna(), "alternatives_end"].sum())
    if elsewhere:
        st.caption(say("not_located", count=number(elsewhere, language())))
    show_overlap()
    st.header(say("research.same_figures"), anchor=False)
    st.markdown(say("research.same_figures_note"))
    st.code(in_python(question), language="python", wrap_lines=True)
    st.code(in_shell(question), language="bash", wrap_lines=True)


def measure(row: Row, question: Question) -> None:
    """Show the figures of the district, and say what they count."""
    count, rate = st.columns(2)
    count.metric(
        say("research.alternatives_on", year=question.last),
        number(row["alternatives_end"], language()),
        say("research.change", change=_signed(row["change"]), year=question.first),
        delta_color="off",
        delta_arrow="off",
    )
    rate.metric(
        say("research.rate_on", year=question.last),
        number(row["per_1000_end"], language(), 3),
        say("research.rate_before", rate=number(row["per_1000_start"], language(), 3), year=question.first),
        delta_color="off",
        delta_arrow="off",
    )
    undated = "none" if row["undated"] == 0 else "one" if row["undated"] == 1 else "many"
    said = [
        say("research.counted"),
        say(f"research.undated.{undated}", count=number(row["undated"], language())),
    ]
    asked = {question.first: row["population_year_start"], question.last: row["population_year_end"]}
    known = [str(year) for year in dict.fromkeys(asked.values()) if has(year)]
    unknown = [str(year) for year, found in asked.items() if not has(found)]
    said += [say("research.denominators", years=", ".join(known))] if known else []
    said += [say("research.no_denominator", years=", ".join(unknown))] if unknown else []
    st.caption(" ".join(said))


def plot(question: Question, names: Mapping[str, str]) -> None:
    """Show the district's rate by year beside the region's, as a line and as a table."""
    st.header(say("research.by_year"), anchor=False)
    span = question.first, question.last
    every = count_by_year(Audience.PUBLIC, question.level, *span, category=question.category)
    own = every[every["code"] == question.district].assign(place=names[question.district])
    if question.level is DistrictLevel.REGION:
        lines = own
    else:
        region = count_by_year(Audience.PUBLIC, DistrictLevel.REGION, *span, category=question.category)
        lines = pd.concat([own, region[region["code"].notna()].assign(place=say("research.region"))])
    st.altair_chart(rate_by_year(lines, language()), alt=say("research.by_year_alt"))
    with st.expander(say("research.as_table")):
        table = lines[["year", "place", "alternatives", "population", "population_year", "per_1000"]]
        show_table(
            table.rename(columns={"place": "district"}),
            language(),
            decimals={"alternatives": 0, "population": 0, "per_1000": 3},
            key="research.years",
        )


def tabulate(change: pd.DataFrame, names: Mapping[str, str]) -> None:
    """Show the change in every district of the level."""
    located = change[change["code"].notna()].set_index("code").loc[list(names)]
    table = located[list(DECIMALS)].assign(district=list(names.values()))
    show_table(table[["district", *DECIMALS]], language(), decimals=DECIMALS, key="research.change")


def offer(label: str, content: bytes, name: str) -> None:
    """Offer a file."""
    st.download_button(
        label, content, file_name=name, mime="text/csv", on_click="ignore", icon=":material/download:"
    )


def in_python(question: Question) -> str:
    """Return the call that gives the figures of the download."""
    category = f', category="{question.category}"' if question.category else ""
    return (
        "from datetime import date\n\n"
        "from commons.research import change_between\n"
        "from commons.vocabulary import Audience, DistrictLevel\n\n"
        f"days = date({question.first}, 1, 1), date({question.last}, 1, 1)\n"
        f"change = change_between(Audience.PUBLIC, DistrictLevel.{question.level.name}, *days{category})\n"
        f'print(change[change["code"] == "{question.district}"])'
    )


def in_shell(question: Question) -> str:
    """Return the command that gives the figures of the download."""
    category = f" --category {question.category}" if question.category else ""
    return (
        f"commons research change --level {question.level} --from {question.first} --to {question.last}"
        f" --code {question.district}{category} --format csv"
    )


def _signed(change: object) -> str:
    text = number(change, language())
    return f"+{text}" if isinstance(change, int) and change > 0 else text


show()
