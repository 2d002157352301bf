"""The helper that asks axe-core finds what is planted, in a frame too, where the page lets no script of others run."""

import pytest
from axe import violations

SOUND = (
    """<!doctype html><html lang="en"><title>Sound</title><main><h1>Sound</h1><p>Text</p>{}</main></html>"""
)
POLICY = {"content-security-policy": "default-src 'self'; style-src 'unsafe-inline'; frame-src 'self' about:"}
PLANTED = {
    "label": "<input>",
    "color-contrast": "<p style='color: #aaa; background: #fff'>Pale</p>",
    "target-size": "<button style='width:9px;height:9px;padding:0'>a</button><button style='width:9px;height:9px;padding:0'>b</button>",
    "image-alt": "<iframe title='within' srcdoc='<!doctype html><html lang=en><title>a</title><img src=data:,>'></iframe>",
}


@pytest.fixture
def show(page):
    """Return a function that opens a page with the given HTML in it."""

    def shown(html):
        page.route(
            "**/*",
            lambda route: route.fulfill(body=SOUND.format(html), content_type="text/html", headers=POLICY),
        )
        page.goto("http://127.0.0.1/")
        return page

    return shown


@pytest.mark.parametrize("rule", PLANTED)
def test_what_is_planted_is_found(show, rule):
    page = show(PLANTED[rule])
    assert {found.split(":")[0] for found in violations(page)} == {rule}
    assert violations(page, leave_out=(rule,)) == []


def test_a_sound_page_has_none_and_a_part_can_be_looked_at_or_left_out(show):
    page = show("<section id=a><input></section><section id=b></section>")
    assert violations(page, within="#b") == violations(page, without=("#a",)) == []
    assert len(violations(page, within="#a")) == 1
