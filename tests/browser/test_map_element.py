"""The map in a real browser: it draws, answers, keeps its place, stays at home, and runs nothing a partner wrote."""

from pathlib import Path

import pytest

PAGE = Path(__file__).parent / "map_page.py"
DOTS = "path.leaflet-interactive[fill='#b3400a']"
AREAS = "path.leaflet-interactive:not([fill='#b3400a'])"
MARKS = ".bxl-mark"
SIZES = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
HARM = "() => [window.hacked, document.querySelectorAll('img, object, embed, iframe').length]"


@pytest.fixture(scope="module")
def address(run_server):
    with run_server(PAGE) as served:
        yield served


@pytest.fixture
def opened(watched, address):
    """Return a function that opens the page and gives the map's frame once it is drawn."""

    def open_at(size="desk", query=""):
        watched.page.set_viewport_size(SIZES[size])
        watched.page.goto(f"{address}/?{query}")
        watched.page.frame_locator("iframe").locator(".bxl-legend").wait_for()
        return next(frame for frame in watched.page.frames if "/component/" in frame.url)

    return open_at


def test_it_draws_every_district_and_place_and_no_request_leaves_our_origin(opened, watched, address):
    frame = opened(query="chart=1")
    watched.page.get_by_test_id("stVegaLiteChart").wait_for()
    assert frame.locator(AREAS).count() >= 20
    dots, marks = frame.locator(DOTS).count(), frame.locator(MARKS)
    several = marks.filter(has_text="2").count()
    assert dots > 150
    assert marks.count() > 5
    assert several > 0
    watched.assert_stayed_home(address)


def test_every_pattern_that_a_district_names_exists(opened):
    frame = opened()
    missing = frame.evaluate(
        """() => [...document.querySelectorAll("[fill^='url']")]
            .filter((path) => !document.querySelector(path.getAttribute("fill").slice(4, -1))).length"""
    )
    assert frame.locator("[fill^='url']").count() >= 4
    assert missing == 0


def test_hostile_texts_are_shown_as_text_and_make_nothing(opened, watched, address):
    frame = opened()
    before = frame.evaluate(HARM)
    seen = frame.evaluate(
        """() => {
            const texts = [];
            Object.values(window.map._layers).forEach((layer) => {
                if (!layer.getPopup || !layer.getPopup()) return;
                layer.openPopup();
                if (layer.getTooltip()) layer.openTooltip();
                document.querySelectorAll(".bxl-popup strong, .bxl-popup button, .bxl-popup li span")
                    .forEach((part) => texts.push(part.textContent));
            });
            return texts;
        }"""
    )
    assert '<img src=x onerror="window.hacked=1">' in seen
    assert "</script><script>window.hacked=2</script>" in seen
    assert any(text.startswith("{{ 'hacked' }}") for text in seen)
    assert (
        frame.locator(".leaflet-popup-content a, .leaflet-popup-content svg, [onerror], [onload]").count()
        == 0
    )
    assert before == frame.evaluate(HARM) == [None, 0]
    assert watched.page.evaluate("() => window.hacked") is None
    watched.assert_stayed_home(address)


def test_a_filter_redraws_the_map_where_it_stands(opened, watched):
    frame = opened()
    frame.evaluate("() => { window.token = 'same'; window.map.setZoom(13, { animate: false }); }")
    many = frame.locator(DOTS).count()
    watched.page.get_by_text("Only ten").click()
    frame.locator(DOTS).nth(10).wait_for(state="detached")
    assert frame.locator(DOTS).count() < many
    assert frame.evaluate("() => [window.token, window.map.getZoom()]") == ["same", 13]
    assert frame.locator(".bxl-legend").count() == 1


def test_a_click_on_a_place_reaches_the_page_once_and_the_place_is_marked(opened, watched, address):
    frame = opened()
    frame.locator(DOTS).nth(30).dispatch_event("click")
    watched.page.get_by_text("clicks: 1 selected: p").wait_for()
    frame.locator(f"{DOTS}[stroke='#111111']").wait_for()
    watched.page.get_by_text("Only ten").click()
    watched.page.wait_for_timeout(800)
    assert watched.page.get_by_text("clicks: 1 selected: p").is_visible()
    watched.assert_stayed_home(address)


def test_a_popup_never_opens_under_the_legend(opened):
    frame = opened()
    overlaps = frame.evaluate(
        """async () => {
            const marks = Object.values(window.map._layers)
                .filter((layer) => layer.getPopup && layer.getPopup() && layer.getLatLng)
                .sort((a, b) => a.getLatLng().lng - b.getLatLng().lng);
            marks[0].openPopup();
            await new Promise((done) => setTimeout(done, 800));
            const [popup, legend] = [".leaflet-popup", ".bxl-legend"].map((name) =>
                document.querySelector(name).getBoundingClientRect());
            return [popup.left < legend.right, window.map.getSize().x - popup.right < 0];
        }"""
    )
    assert overlaps == [False, False]


def test_a_click_on_a_district_reaches_the_page(opened, watched):
    frame = opened()
    frame.locator(AREAS).nth(3).dispatch_event("click")
    watched.page.get_by_text("clicks: 1 selected:").wait_for()
    assert not watched.page.get_by_text("selected: p").is_visible()


def test_one_of_several_at_a_spot_is_chosen_by_its_name(opened, watched):
    frame = opened()
    leftmost = (
        "marks => marks.sort((a, b) => a.getBoundingClientRect().x - b.getBoundingClientRect().x)[0].click()"
    )
    frame.locator(MARKS).filter(has_text="2").evaluate_all(leftmost)
    assert watched.page.get_by_text("clicks: 0").is_visible()
    frame.locator(".bxl-popup button").nth(1).click()
    watched.page.get_by_text("clicks: 1 selected: p").wait_for()
    frame.locator(".bxl-selected").wait_for()


def test_on_a_phone_nothing_is_wider_than_the_screen_and_the_legend_is_folded(opened, watched, address):
    frame = opened("phone")
    for part in (watched.page, frame):
        assert part.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    assert not frame.evaluate("() => document.querySelector('.bxl-legend').open")
    assert frame.locator(".leaflet-container").bounding_box()["width"] > 330
    watched.assert_stayed_home(address)


@pytest.mark.parametrize(
    ("language", "word", "close"),
    [("fr", "Agrandir", "Fermer"), ("nl", "Inzoomen", "Sluiten"), ("en", "Zoom in", "Close")],
)
def test_the_map_speaks_the_readers_language(opened, language, word, close):
    frame = opened(query=f"lang={language}")
    container = frame.locator(".leaflet-container")
    assert container.get_attribute("lang") == language
    assert container.get_attribute("aria-label")
    assert frame.locator(".leaflet-control-zoom-in").get_attribute("aria-label") == word
    frame.locator(AREAS).first.dispatch_event("click")
    assert frame.locator(".leaflet-popup-close-button").first.get_attribute("aria-label") == close
