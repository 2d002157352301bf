"""Three people in a real browser, on the fictional partners' data: a citizen, a partner, a researcher.

The browser reaches no host but ours. What they saw is kept in `test-results/`.
"""

import io
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import psycopg
import pytest
from command_line import commons
from playwright.sync_api import expect
from visiting import settle

from commons.calendar import today
from commons.database.connection import Role, connect
from commons.database.owner import routine
from commons.districts.packaged import packaged_districts
from commons.partners import find_dataset, find_partner, issue_token
from commons.release import released
from commons.research import change_between
from commons.vocabulary import Audience, DistrictLevel
from ingest.demo import demo_partners, load_demo_partner, write_demo
from ingest.demo.load import _signed
from ingest.report.sent import uploads_of
from ingest.upload import prepare_upload

DATABASE = "journeys"
SHOTS = Path(__file__).parents[2] / "test-results"
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
AREAS = "path.leaflet-interactive"
RING = "path[stroke='#111111'][fill='none']"
TILES = "const tiles = Object.values(window.map._layers).find((layer) => layer.ask && layer.each);"
COUNTED = (
    f"""() => {{ {TILES} let count = 0; tiles?.each((mark) => {{ count += mark.count; }}); return count; }}"""
)
ALONE = f"""() => {{
    {TILES}
    const found = [];
    tiles.each((mark, world) => {{
        const at = window.map.latLngToContainerPoint(window.map.unproject(world, tiles._tileZoom));
        if (mark.count === 1) found.push([mark.name, at.x, at.y]);
    }});
    return found;
}}"""
LISTED = """async () => {
    const found = [];
    for (let count = 1; found.length < count;) {
        const page = await (await fetch(`/places?skip=${found.length}`)).json();
        count = page.count;
        found.push(...page.places.map(({ name }) => name));
    }
    return found;
}"""
SIGNED = """() => {
    const fates = Object.values(window.map._layers).find((layer) => layer.drawn).drawn.fates;
    const counted = {};
    fates.forEach(({ title }) => {
        const [fate, count] = title.split(": ");
        counted[fate] = (counted[fate] ?? 0) + Number(count);
    });
    const lines = fates.flatMap((sign) => sign.lines.map((line) => line.replace(/ \\(rij \\d+\\)$/, "")));
    return Object.entries(counted).map(([fate, count]) => [fate, count, lines]);
}"""
UPLOADER = "De Wijde Koer"
NETWORK = "Fils Croisés"
pytestmark = pytest.mark.usefixtures("patience")


@pytest.fixture(scope="module")
def world(cluster, template, tmp_path_factory, run_server):
    """Serve a database with one partner's list; another partner has signed and not yet sent hers."""
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {DATABASE} TEMPLATE {template}")
    url = cluster.url(DATABASE)
    with psycopg.connect(url) as connection:
        connection.execute(routine("database_rights"))
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder, packaged_districts())
    partners = demo_partners(folder)
    sender = next(partner for partner in partners if UPLOADER in partner.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        with connect(Role.INGEST) as connection:
            load_demo_partner(connection, folder, next(p for p in partners if NETWORK in p.name))
            _signed(connection, sender)
            token = issue_token(connection, find_partner(connection, sender.slug))
        with run_server(env={"DATABASE_URL": url}) as address:
            yield SimpleNamespace(
                address=address,
                token=token,
                dataset=sender.dataset["slug"],
                file=folder / sender.dataset["file"],
            )


def active_on(alternatives, day):
    """Return the alternatives that have begun by the day and not ended; a date that is unknown excludes nothing."""
    now = pd.Timestamp(day)
    begun, ended = (pd.to_datetime(alternatives[name]) for name in ("founded_on", "ended_on"))
    return alternatives[~(begun > now) & ~(ended <= now)]


def shown():
    """Return what the public map should show today."""
    return active_on(released(Audience.PUBLIC).alternatives(), today())


def map_frame(page):
    page.frame_locator("iframe[title*=folium]").locator(".bxl-legend").wait_for()
    return next(frame for frame in page.frames if "folium" in frame.url)


def keep(page, name):
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")


def drawn(page, count):
    """Return the map's frame once its tiles show so many alternatives."""
    frame = map_frame(page)
    frame.wait_for_function(f"(count) => ({COUNTED})() === count", arg=count)
    return frame


def search(page, label, text):
    box = page.get_by_label(label)
    box.fill(text)
    box.press("Enter")


def hits(page):
    return page.locator(".st-key-list button")


def assert_fits(page):
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


def test_the_map_is_drawn_and_nothing_leaves_our_origin(world, watched):
    page = watched.page
    page.set_viewport_size(DESK)
    page.goto(f"{world.address}/?lang=fr")
    frame = drawn(page, len(shown()))
    areas = released(Audience.PUBLIC).districts(DistrictLevel.NEIGHBOURHOOD)
    expect(frame.locator(AREAS)).to_have_count(len(areas))
    assert page.title() == "Carte · Communs de données bruxellois"
    page.get_by_role("link", name="Couverture").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Jusqu'où vont les alternatives ?")
    page.get_by_test_id("stVegaLiteChart").wait_for()
    map_frame(page)
    keep(page, "coverage-fr-1280")
    page.get_by_role("link", name="Carte").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Alternatives à Bruxelles")
    map_frame(page)
    keep(page, "explore-fr-1280")
    watched.assert_stayed_home(world.address)


def test_a_citizen_finds_an_alternative_in_dutch_on_a_phone(world, watched):
    wanted = shown().query("precision == 'exact' and website.notna()").iloc[0]
    page = watched.page
    page.set_viewport_size(PHONE)
    page.goto(f"{world.address}/?lang=nl")
    expect(page.get_by_role("heading", level=1)).to_have_text("Alternatieven in Brussel")
    search(page, "Zoeken", wanted["name"].upper())
    expect(hits(page)).to_have_count(1)
    assert_fits(page)
    hits(page).click()
    card = page.locator(".st-key-card")
    expect(card.get_by_role("heading")).to_have_text(wanted["name"])
    expect(card).to_contain_text("exacte plaats")
    expect(card).to_contain_text(f"{wanted['street']} {wanted['house_number']}")
    expect(card.get_by_role("link", name="Website")).to_have_attribute("href", wanted["website"])
    map_frame(page).locator(RING).wait_for()
    assert_fits(page)
    card.scroll_into_view_if_needed()
    keep(page, "card-nl-390")
    shared = page.url
    assert page.locator("html").get_attribute("lang") == "nl"
    page.get_by_text("FR", exact=True).click()
    expect(card).to_contain_text("lieu exact")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.goto(shared)
    expect(card).to_contain_text("exacte plaats")
    expect(hits(page)).to_have_count(1)
    watched.assert_stayed_home(world.address)


def test_a_place_clicked_on_the_map_opens_its_card(world, watched):
    page = watched.page
    page.set_viewport_size(DESK)
    page.goto(f"{world.address}/?lang=en")
    frame = drawn(page, len(shown()))
    exact = set(shown().query("precision == 'exact'")["name"])
    name, x, y = next(mark for mark in frame.evaluate(ALONE) if mark[0] in exact and min(mark[1:]) > 60)
    frame.locator("#map_div").click(position={"x": x, "y": y})
    expect(frame.locator(".bxl-popup")).to_contain_text(name)
    card = page.locator(".st-key-card")
    expect(card.get_by_role("heading")).to_have_text(name)
    expect(card).to_contain_text("exact place")
    assert "id=" in page.url
    card.get_by_role("button", name="Close the card").click()
    expect(card).to_have_count(0)
    watched.assert_stayed_home(world.address)


def test_a_partner_sends_a_list_and_sees_what_is_public_of_it(world, watched):
    before = set(shown()["name"])
    asked = prepare_upload(world.file).checked.frame
    page = watched.page
    page.set_viewport_size(DESK)
    page.goto(f"{world.address}/?lang=nl")
    page.get_by_role("link", name="Partners").click()
    page.get_by_label("Token van uw organisatie").fill(world.token)
    page.get_by_role("button", name="Openen").click()
    page.locator("input[type=file]").set_input_files(world.file)
    expect(page.get_by_role("heading", name="Wat er in het bestand staat")).to_be_visible()
    figures = page.get_by_test_id("stMetric")
    expect(figures.filter(has_text="Klaar")).to_contain_text(str(len(asked)))
    for label, count in {"Openbaar": "public", "Niet meegedeeld": "withheld"}.items():
        expect(figures.filter(has_text=label)).to_contain_text(str((asked["visibility"] == count).sum()))
    expect(page.get_by_text("Zeg eerst of deze lijst volledig of gedeeltelijk is")).to_be_visible()
    page.get_by_role("radiogroup").get_by_text("volledig", exact=True).click()
    located = int((asked["lat"].notna()).sum())
    signs = map_frame(page).evaluate(SIGNED)
    assert {fate: count for fate, count, _ in signs} == {"nieuw": located}
    assert {name for _, _, lines in signs for name in lines} <= set(asked["name"])
    keep(page, "upload-preview-nl-1280")
    assert set(shown()["name"]) == before
    page.get_by_role("button", name="Bewaren en publiceren").click()
    expect(page.get_by_text("De lijst is bewaard")).to_be_visible(timeout=60_000)
    # The preview's figures stay on the page, faded, until the report has been drawn.
    expect(page.get_by_role("heading", name="Wat er in het bestand staat")).to_have_count(0)
    keep(page, "upload-report-nl-1280")
    assert world.token not in page.url
    everyone = released(Audience.PUBLIC).alternatives()
    mine = everyone[[world.dataset in told.values() for told in everyone["provenance"]]]
    # The preview's figure stands alone, then beside the report's, before it goes.
    public = figures.filter(has_text="Openbaar")
    expect(public.filter(has_text=str(len(mine)))).to_have_count(1)
    expect(public).to_have_count(1)

    page.get_by_role("link", name="Bekijk de openbare kaart").click()
    page.locator(".st-key-list").wait_for()
    listed = set(drawn(page, len(shown())).evaluate(LISTED))
    by_visibility = asked.groupby("visibility", dropna=False)["name"].agg(set)
    others = before | by_visibility["public"]
    appeared = set(active_on(mine, today())["name"]) - before
    assert len(appeared) > 50
    assert appeared <= listed
    hidden = set(asked.loc[asked["visibility"] != "public", "name"]) - others
    assert len(hidden) > 20
    assert not hidden & listed
    search(page, "Zoeken", min(hidden))
    expect(hits(page).first).not_to_contain_text(min(listed))
    assert not any(name in text for name in hidden for text in hits(page).all_inner_texts())
    watched.assert_stayed_home(world.address)


def test_a_partner_keeps_the_report_and_undoes_the_upload_in_two_steps(world, watched, tmp_path):
    with connect(Role.INGEST) as connection:
        dataset = find_dataset(connection, world.dataset)
        (sent,) = uploads_of(connection, dataset)
    before = set(shown()["name"])
    page = watched.page
    page.set_viewport_size(PHONE)
    page.goto(f"{world.address}/?lang=fr")
    page.get_by_role("link", name="Partenaires").click()
    page.get_by_label("Jeton de votre organisation").fill(world.token)
    page.get_by_role("button", name="Entrer").click()
    expect(page.get_by_role("heading", name="Ce que vous avez envoyé")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger le rapport (HTML)").click()
    report = tmp_path / "report.html"
    report.write_bytes(Path(download.value.path()).read_bytes())
    assert download.value.suggested_filename == f"{world.dataset}-{sent.upload_id}.html"
    page.get_by_role("button", name=f"Annuler l'envoi {sent.upload_id}…").click()
    asked = page.locator(".st-key-undo")
    expect(asked).to_contain_text(f"{sent.new} fiches qu'il avait apportées seraient retirées")
    expect(asked.get_by_role("button", name="Oui, annuler cet envoi")).to_be_visible()
    asked.scroll_into_view_if_needed()
    keep(page, "upload-undo-fr-390")
    assert_fits(page)
    assert set(shown()["name"]) == before
    asked.get_by_role("button", name="Le garder").click()
    expect(asked).to_have_count(0)
    settle(page)
    page.get_by_role("button", name=f"Annuler l'envoi {sent.upload_id}…").click()
    expect(asked.get_by_role("button", name="Oui, annuler cet envoi")).to_be_visible()
    settle(page)
    asked.get_by_role("button", name="Oui, annuler cet envoi").click()
    expect(page.get_by_text(f"L'envoi {sent.upload_id} est annulé")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Annuler l'envoi")).to_have_count(0)
    everyone = released(Audience.PUBLIC).alternatives()
    assert not [told for told in everyone["provenance"] if world.dataset in told.values()]
    watched.assert_stayed_home(world.address)

    page.goto(report.as_uri())
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Rapport de l'envoi {sent.upload_id}")
    expect(page.locator(".sum")).to_contain_text(
        f"{sent.rows_stored} enregistrées + {sent.rows_set_aside} écartées"
    )
    assert page.locator("figure use").count() > 100
    assert_fits(page)
    assert watched.errors == []


def test_a_researcher_reads_the_change_of_a_neighbourhood_and_takes_the_same_figures_home(world, watched):
    days = date(2015, 1, 1), date(2025, 1, 1)
    change = change_between(Audience.PUBLIC, DistrictLevel.NEIGHBOURHOOD, *days)
    most = change[change["code"].notna()].sort_values("change").iloc[-1]
    page = watched.page
    page.set_viewport_size(DESK)
    page.goto(f"{world.address}/?lang=fr")
    page.get_by_role("link", name="Recherche").click()
    for label, choice in (("District", most["name_fr"]), ("De", "2015"), ("À", "2025")):
        box = page.get_by_role("combobox", name=label, exact=True)
        box.click()
        if label == "District":
            box.fill(choice)
        page.get_by_role("option", name=choice, exact=True).click()
    expect(page.get_by_role("heading", name=most["name_fr"])).to_be_visible()
    expect(page.get_by_test_id("stMetric").first).to_contain_text(str(most["alternatives_end"]))
    expect(page.get_by_test_id("stMetric").first).to_contain_text(f"+{most['change']} depuis 2015")
    page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first.wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger ce district (CSV)").click()
    keep(page, "research-fr-1280")
    content = Path(download.value.path()).read_bytes()
    arguments = (
        f"research change --level neighbourhood --from 2015 --to 2025 --code {most['code']} --format csv"
    )
    expect(page.get_by_text(f"commons {arguments}")).to_be_visible()
    assert content.decode() == commons(*arguments.split()).stdout
    read = pd.read_csv(io.BytesIO(content), dtype={"code": str})
    own = change[change["code"] == most["code"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(read, own, check_dtype=False)
    watched.assert_stayed_home(world.address)
