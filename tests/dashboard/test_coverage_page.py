"""The coverage page: each view has an address, says what its figures say, and knows no place better than it is published."""

import re
from datetime import date

import pandas as pd
import pytest

from builders import make_dataset, make_record, open_terms
from commons.calendar import today
from commons.database.connection import Role
from commons.i18n import translate
from commons.research import measure_districts
from commons.vocabulary import Audience, DistrictLevel, Language, Measure, Precision

TODAY = today()
VIEWS = [
    *({"measure": measure.value} for measure in Measure),
    {"measure": "walk", "level": "commune", "category": "food", "kind": "place"},
    {"measure": "rate", "level": "commune", "year": "2021"},
    {"measure": "fresh", "year": "2015"},
]
ELSEWHERE = {
    Precision.SECTOR: ((4.36688, 50.8333), (4.3673, 50.8335)),
    Precision.NEIGHBOURHOOD: ((4.36358, 50.83559), (4.36928, 50.83683)),
    Precision.COMMUNE: ((4.3663, 50.8358), (4.37107, 50.83143)),
}
"""Two places of one sector, of two sectors of one neighbourhood, of two neighbourhoods of one commune."""


def sent(app):
    """Return all that the page sends to the browser, but for the names that folium and pandas make up."""
    found, waiting = [], [app._tree]
    while waiting:
        node = waiting.pop()
        waiting += getattr(node, "children", {}).values()
        if getattr(node, "proto", None) is not None:
            if node.type == "dataframe":
                node.proto.arrow_data.styler.uuid = ""
            found.append(node.proto.SerializeToString(deterministic=True).decode("latin-1"))
    return [re.sub(r"_[0-9a-f]{32}", "", text) for text in found]


def of_world(clone, cluster, template, monkeypatch, open_page, places):
    """Return what every view sends in a world with a record at each place, of each precision."""
    with clone(cluster, template) as database, monkeypatch.context() as patch:
        patch.setenv("DATABASE_URL", database.url)
        with database.connect(Role.ADMIN) as connection:
            for number, (precision, place) in enumerate(places):
                dataset = make_dataset(connection, f"list-{number}", open_terms(precision=precision))
                make_record(
                    connection, dataset, place=place, key=f"key-{number}", founded_on=date(2012, 1, 1), updated_on=TODAY
                )  # fmt: skip
        return [sent(open_page("coverage", lang="en", **view)) for view in VIEWS]


def test_a_true_point_moved_within_its_published_district_changes_nothing_of_any_view(
    clone, cluster, template, monkeypatch, open_page
):
    worlds = [
        of_world(clone, cluster, template, monkeypatch, open_page, [(p, pair[i]) for p, pair in ELSEWHERE.items()])
        for i in (0, 1)
    ]  # fmt: skip
    assert all(len(view) > 30 for view in worlds[0])
    assert worlds[0] == worlds[1]


def test_an_exact_point_moved_does_change_the_page(clone, cluster, template, monkeypatch, open_page):
    one, other = (
        of_world(clone, cluster, template, monkeypatch, open_page, [(Precision.EXACT, place)])
        for place in ELSEWHERE[Precision.COMMUNE]
    )
    assert all(a != b for a, b in zip(one[:2], other[:2], strict=True))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: "-".join(view.values()))
def test_each_view_opens_from_its_address_and_keeps_it(unchanged_demo, open_page, view, language):
    app = open_page("coverage", lang=language.value, **view)
    assert not app.exception
    assert [error.value for error in app.error] == []
    asked = {**view, "lang": language.value}
    kept = {name: app.query_params[name] for name in asked}
    assert {name: told if isinstance(told, str) else told[0] for name, told in kept.items()} == asked


def test_the_table_says_what_the_function_says_and_why_there_is_no_value(unchanged_demo, open_page):
    app = open_page("coverage", lang="en", measure="pooled", year="2020", category="food")
    told = app.dataframe[0].value.set_index("district")
    figures = measure_districts(
        Audience.PUBLIC, Measure.POOLED, DistrictLevel.NEIGHBOURHOOD, [date(2020, 12, 31)], category="food"
    )
    figures = figures[(figures["level"] == "neighbourhood") & figures["code"].notna()].set_index("name_en")
    assert len(told) == len(figures) == 145
    for name, row in figures.iterrows():
        shown = told.loc[name]
        assert (shown["participating"], shown["alternatives"]) == (row["part"], row["whole"])
        if pd.isna(row["state"]):
            assert shown["share"] == row["value"]
        else:
            assert shown["gap"] == translate(f"dashboard.coverage.short.{row['state']}", Language.EN)
    said = " ".join(text.value for text in app.markdown)
    for state in figures["state"].dropna().unique():
        assert translate(f"dashboard.coverage.gap.{state}", Language.EN) in said
    assert any(
        "--level neighbourhood --on 2020-12-31 --category food --format csv" in c.value for c in app.code
    )


def test_the_year_goes_back_and_forth_on_the_slider(unchanged_demo, open_page):
    app = open_page("coverage", lang="fr")
    slider = app.select_slider(key="year")
    assert slider.value == "now"
    slider.set_value("2012").run()
    assert not app.exception
    assert app.query_params["year"] in ("2012", ["2012"])
    assert any("population du 1er janvier 2012" in text.value for text in app.markdown)


def test_a_choice_stands_when_the_next_comes_with_the_address_of_before(unchanged_demo, open_page):
    app = open_page("coverage", lang="fr")
    app.select_slider(key="year").set_value("2012").run()
    app.query_params["year"] = "now"
    app.segmented_control(key="level").set_value("commune").run()
    assert app.select_slider(key="year").value == "2012"
    assert "2012" in app.query_params["year"]


def test_an_address_that_changes_alone_is_followed(unchanged_demo, open_page):
    app = open_page("coverage", lang="fr")
    app.select_slider(key="year").set_value("2012").run()
    app.query_params["year"] = "2013"
    app.run()
    assert app.select_slider(key="year").value == "2013"


def test_what_a_page_shows_again_is_not_set_again(unchanged_demo, open_page):
    app = open_page("coverage", lang="fr", year="2012")
    app.segmented_control(key="level").set_value("commune").run()
    told = [
        app.select_slider(key="year"),
        app.selectbox(key="category"),
        app.segmented_control(key="measure"),
    ]
    assert [widget.proto.set_value for widget in told] == [False] * 3


def test_without_any_founding_there_is_no_slider(database, open_page):
    with database.connect(Role.ADMIN) as connection:
        make_record(connection, make_dataset(connection, "undated", open_terms()))
    app = open_page("coverage", lang="nl", year="2012")
    assert not app.exception
    assert not app.select_slider
    assert any("**1** alternatieven" in text.value for text in app.markdown)
