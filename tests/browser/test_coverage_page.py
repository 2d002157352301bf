"""The coverage map in a real browser: by keyboard, from its address, on a phone, and without a flash when a choice changes."""

import pytest
from axe import violations
from playwright.sync_api import expect

from commons.calendar import today
from commons.i18n import translate

SIZES = {"desk": (1280, 900), "phone": (390, 844), "narrow": (360, 740)}
DRAWN = "() => Object.values(window.map._layers).find((layer) => layer.drawn).drawn"
FIRST_LINES = {"fr": "Densité", "nl": "Dichtheid", "en": "Density"}
pytestmark = pytest.mark.usefixtures("patience")


@pytest.fixture
def opened(watched, demo_address):
    """Return a function that opens the page from the front page, at a size and in a language, and gives the map's frame."""

    def open_at(size="desk", query="lang=en", *, directly=False):
        page = watched.page
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        if directly:
            page.goto(f"{demo_address}/coverage?{query}")
        else:
            page.goto(f"{demo_address}/?{query}")
            page.locator(".st-key-pages a").nth(1).click()
        return frame_of(page)

    return open_at


def frame_of(page):
    page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first.wait_for()
    page.frame_locator("iframe[title*=folium]").locator(".bxl-legend").wait_for()
    return next(frame for frame in page.frames if "folium" in frame.url)


@pytest.mark.parametrize(("language", "size"), list(zip(FIRST_LINES, SIZES, strict=True)))
def test_it_draws_in_each_language_and_is_no_wider_than_the_screen(
    opened, watched, demo_address, size, language
):
    frame = opened(size, f"lang={language}")
    page = watched.page
    expect(page.get_by_role("radio", name=FIRST_LINES[language])).to_be_visible()
    for part in (page, frame):
        assert part.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    assert frame.locator(".leaflet-container").get_attribute("aria-label") == translate(
        "map.districts", language
    )
    drawn = frame.evaluate(DRAWN)
    fills = {line["fill"] for line in drawn["legend"]["fills"]}
    assert {area["properties"]["fill"] for area in drawn["districts"]["features"]} <= fills
    assert violations(page) == []
    watched.assert_stayed_home(demo_address)


def test_neither_the_measure_nor_the_year_reloads_the_map(opened, watched):
    frame = opened()
    page = watched.page
    frame.evaluate("() => { window.token = 'same'; window.map.setZoom(13, { animate: false }); }")
    page.evaluate("() => { document.querySelector('iframe[title*=folium]').token = 'same'; }")
    loads = len([url for url in watched.requests if "st_folium/index.html" in url])
    for name, title in {
        "On foot": "Inhabitants within ten",
        "Pooling": "Share that pools",
        "Lists": "Partners' lists",
    }.items():
        page.get_by_role("radio", name=name).click()
        frame.wait_for_function(f"title => ({DRAWN})().legend.title.startsWith(title)", arg=title)
    before = frame.evaluate(DRAWN)["districts"]
    page.get_by_role("slider").focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    frame.wait_for_function(
        f"before => JSON.stringify(({DRAWN})().districts) !== before",
        arg=frame.evaluate("before => JSON.stringify(before)", before),
    )
    page.get_by_text("Communes", exact=True).click()
    frame.wait_for_function(f"() => ({DRAWN})().districts.features.length === 19")
    assert frame.evaluate("() => [window.token, window.map.getZoom()]") == ["same", 13]
    assert page.evaluate("() => document.querySelector('iframe[title*=folium]').token") == "same"
    assert len([url for url in watched.requests if "st_folium/index.html" in url]) == loads


def test_the_slider_answers_the_arrow_keys_and_the_address_says_so(opened, watched):
    opened()
    page = watched.page
    slider = page.get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuetext", "today")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**year=20*")
    expect(slider).to_be_focused()
    page.keyboard.press("End")
    page.wait_for_url("**year=now*")


def test_an_address_that_is_passed_on_opens_the_same_view(opened, watched, demo_address):
    opened()
    page = watched.page
    page.get_by_role("radio", name="Pooling").click()
    page.wait_for_url("**measure=pooled*")
    page.get_by_role("slider").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**year=20*")
    page.get_by_text("Communes", exact=True).click()
    page.wait_for_url("**level=commune*")
    command = page.get_by_test_id("stCode")
    expect(command).to_contain_text(f"--level commune --on {today().year - 1}-12-31")
    shared, query = page.url, page.url.partition("?")[2]
    said = page.get_by_text("In the Region").inner_text()
    drawn = frame_of(page).evaluate(DRAWN)
    page.goto("about:blank")
    frame = opened(query=query, directly=True)
    assert page.url == shared
    expect(page.get_by_text("In the Region")).to_have_text(said)
    assert frame.evaluate(DRAWN)["districts"] == drawn["districts"]
    assert len(drawn["districts"]["features"]) == 19


def test_none_blind_spot_and_withheld_look_and_read_differently(opened):
    frame = opened(query="lang=en&category=housing&year=2012&measure=partners", directly=True)
    lines = {line["label"]: line["fill"] for line in frame.evaluate(DRAWN)["legend"]["fills"]}
    gaps = {label: fill for label, fill in lines.items() if fill.startswith("url")}
    assert {label.partition(":")[0].strip() for label in gaps} >= {"no alternative", "withheld", "blind spot"}
    patterns = [
        frame.evaluate("id => document.querySelector(id).innerHTML", fill[4:-1]) for fill in gaps.values()
    ]
    assert len(set(patterns)) == len(patterns)
