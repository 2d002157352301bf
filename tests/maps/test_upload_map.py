"""The map and the picture of an upload: each record has the sign of its fate, told by shape, and no word of it is run."""

import json
import re
from html import escape

import map_frames
import pandas as pd
import pytest

from commons.i18n import translate
from commons.vocabulary import Fate, Language
from maps.layer import CommonsMap
from maps.signs import SIGNS, apart, sign_scales
from maps.upload_map import LINES_PER_SIGN, signs_of, upload_layer
from maps.upload_picture import upload_picture

PLACE = {"lon": 4.36, "lat": 50.84, "records": 1, "row_number": 3, "name": "Un", "commune": "Q00"}


def marks(*rows):
    return pd.DataFrame([{**PLACE, **row} for row in rows]).astype({"row_number": "Int64"})


ALL = marks(*({"fate": fate.value, "lon": 4.3 + n / 50} for n, fate in enumerate(Fate)))


def test_every_fate_has_a_shape_of_its_own_and_not_only_a_colour():
    assert set(SIGNS) == set(Fate)
    assert len({sign.path for sign in SIGNS.values()}) == len(Fate)


def test_records_of_one_place_and_fate_share_a_sign_that_names_them():
    signs = signs_of(
        marks(*({"fate": "new", "name": f"N{n:02}"} for n in range(LINES_PER_SIGN + 2))),
        Language.EN,
        in_cells=False,
    )
    (sign,) = signs
    assert sign["title"] == f"new: {LINES_PER_SIGN + 2}"
    assert sign["lines"][0] == "N00 (row 3)"
    assert len(sign["lines"]) == LINES_PER_SIGN + 1
    assert "2 more" in sign["lines"][-1]


def test_what_is_common_lies_under_what_is_rare():
    titles = [sign["title"].split(":")[0] for sign in signs_of(ALL, Language.EN, in_cells=False)]
    assert titles == ["unchanged", "new", "changed", "gone"]


def test_the_signs_of_one_cell_do_not_hide_each_other_and_grow_with_what_they_count():
    cells = marks(*({"fate": fate.value, "records": 10**n, "name": None} for n, fate in enumerate(Fate)))
    assert len(apart(cells)[["lon", "lat"]].drop_duplicates()) == len(Fate)
    signs = signs_of(cells, Language.EN, in_cells=True)
    assert [sign["lines"] for sign in signs] == [[]] * 4
    assert min(sign["px"] for sign in signs) == 16
    assert len({sign["px"] for sign in signs}) == 4
    assert sign_scales(pd.Series([1, 1])).tolist() == [1, 1]


@pytest.mark.parametrize("text", [*map_frames.HOSTILE, "{{ 7 * 191 }}"])
def test_a_partners_text_is_never_run_as_a_template(text):
    page = CommonsMap()
    upload_layer(map_frames.squares(), marks({"fate": "new", "name": text}), language=Language.EN).add_to(
        page
    )
    html = page.get_root().render()
    assert "1337" not in html
    drawn = json.loads(json.loads(re.search(r"JSON\.parse\((\".*\")\)", html)[1]))
    assert drawn["fates"][0]["lines"] == [f"{text} (row 3)"]


@pytest.mark.parametrize("language", Language)
def test_the_legend_and_the_picture_tell_the_fates_that_occur(language):
    some = ALL[ALL["fate"].isin(["new", "gone"])]
    picture = upload_picture(map_frames.squares(), some, language=language)
    for fate in Fate:
        assert (f"{translate(f'fate.{fate}', language)}: 1" in picture) == (fate in ("new", "gone"))
    assert f'aria-label="{escape(translate("map.upload.label", language))}"' in picture


def test_the_picture_holds_no_name_and_no_finer_place_than_a_pixel():
    near = marks({"fate": "new"}, {"fate": "new", "lon": PLACE["lon"] + 0.00002, "name": "<b>"})
    places = re.findall(
        r"translate\((\d+) (\d+)\)", upload_picture(map_frames.squares(), near, language=Language.FR)
    )
    assert len(places) == 2
    assert len(set(places)) == 1
    assert "Un" not in re.sub(
        r"<[^>]*>", "", upload_picture(map_frames.squares(), near, language=Language.NL)
    )


def test_without_districts_or_places_there_still_is_a_picture():
    nothing = map_frames.squares().iloc[:0]
    assert "<use" in upload_picture(nothing, ALL, language=Language.FR)
    assert "<use" not in upload_picture(map_frames.squares(), ALL.iloc[:0], language=Language.FR)
    assert signs_of(ALL.iloc[:0], Language.EN, in_cells=False) == []
