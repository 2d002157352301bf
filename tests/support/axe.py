"""What axe-core finds against WCAG 2.2 A and AA on a page that is open, and in the frames within it."""

from functools import cache
from importlib.resources import files

from playwright.sync_api import Page

STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
OPTIONS = {
    "runOnly": {"type": "tag", "values": STANDARD},
    "rules": {"target-size": {"enabled": True}},  # new in 2.2: axe leaves it out unless asked
    "resultTypes": ["violations"],
}
RUN = """async ([context, options]) => {
  const found = await axe.run(context, options);
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    [rule.id, node.target.flat().join(' '), node.failureSummary.replace(/\\s+/g, ' '), node.html.slice(0, 200)]));
}"""


def violations(
    page: Page, *, within: str = "", without: tuple[str, ...] = (), leave_out: tuple[str, ...] = ()
) -> list[str]:
    """Return what does not conform, a sentence for each element: rule, where, why, its HTML.

    Only what is shown counts: open what opens first, and ask again. `within` and `without` are CSS selectors, the
    second for what cannot be mended from outside; `leave_out` names rules. Nothing of the page is changed, and the
    page's Content-Security-Policy is no obstacle.
    """
    for frame in page.frames:
        if not frame.evaluate("() => 'axe' in window"):
            frame.evaluate(_axe())
    context = {"include": [[within or "html"]], "exclude": [[selector] for selector in without]}
    rules = {**OPTIONS["rules"], **{rule: {"enabled": False} for rule in leave_out}}
    found = page.evaluate(RUN, [context, {**OPTIONS, "rules": rules}])
    return [f"{rule}: {where}: {why}: {html}" for rule, where, why, html in found]


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
