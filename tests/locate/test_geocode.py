"""Geocoders: stand-ins that speak each protocol, what is sent to them, and what of their answers is believed."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from pyproj import Transformer

from builders import make_dataset, make_record, names, open_terms
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.release import released
from commons.settings import GeocoderKind, GeocoderSetting, settings
from commons.vocabulary import Audience, Precision, Visibility
from ingest.locate.geocode import Geocoder, addresses_to_send, ask
from ingest.locate.geocoders import PROTOCOLS, Address

PLACE = (4.3664, 50.8359)
HOUSE = {"street": "Rue de la Paix", "number": "4", "postcode": "1050", "lon": PLACE[0], "lat": PLACE[1]}
ASKED = Address("rue de la Paix", "4", "1050")


def nominatim(house):
    return [{
        "place_id": 100149, "licence": "Data © OpenStreetMap contributors, ODbL 1.0.", "osm_type": "way", "osm_id": 1,
        "lat": str(house["lat"]), "lon": str(house["lon"]), "category": "building", "type": "yes",
        "place_rank": house.get("rank", 30), "importance": 0.00008, "addresstype": "building", "name": "",
        "display_name": "4, Rue de la Paix - Vredestraat, Ixelles", "boundingbox": ["50.8", "50.9", "4.3", "4.4"],
        "address": {"house_number": house["number"], "road": f"{house['street']} - Vredestraat", "town": "Ixelles",
                    "postcode": house["postcode"], "country": "België", "country_code": "be"},
    }]  # fmt: skip


def pelias(house):
    return {
        "geocoding": {"version": "0.2", "attribution": "http://127.0.0.1/attribution", "query": {}, "timestamp": 1},
        "type": "FeatureCollection",
        "features": [{
            "type": "Feature", "geometry": {"type": "Point", "coordinates": [house["lon"], house["lat"]]},
            "properties": {"id": "1", "gid": "openaddresses:address:1", "layer": house.get("layer", "address"),
                           "source": "openaddresses", "name": "4 Rue de la Paix", "housenumber": house["number"],
                           "street": house["street"], "postalcode": house["postcode"], "accuracy": "point",
                           "confidence": house.get("confidence", 1), "match_type": "exact", "country_a": "BEL"},
        }],
    }  # fmt: skip


def urbis(house):
    x, y = Transformer.from_crs(4326, 31370, always_xy=True).transform(house["lon"], house["lat"])
    return {
        "result": [{
            "language": "fr", "score": house.get("score", 100), "point": {"x": x, "y": y},
            "address": {"street": {"name": house["street"], "postCode": house["postcode"], "municipality": "Ixelles"},
                        "number": house["number"]},
        }],
        "error": False, "status": "success",
    }  # fmt: skip


SPEAK = {GeocoderKind.NOMINATIM: nominatim, GeocoderKind.PELIAS: pelias, GeocoderKind.URBIS: urbis}


@pytest.fixture
def stand_in():
    """Serve whatever `said` is set to, and keep what was asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked.append((urlsplit(self.path), dict(self.headers), time.monotonic()))
            body = (
                self.server.said
                if isinstance(self.server.said, bytes)
                else json.dumps(self.server.said).encode()
            )
            self.send_response(self.server.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.said, server.status = [], None, 200
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def geocoder(stand_in, kind, pause_s=0.0):
    url = f"http://127.0.0.1:{stand_in.server_address[1]}/"
    return Geocoder(GeocoderSetting(kind, url, "someone@example.org"), pause_s)


@pytest.mark.parametrize("kind", GeocoderKind)
def test_each_kind_is_asked_and_understood_in_its_protocol(stand_in, kind):
    stand_in.said = SPEAK[kind](HOUSE)
    answer = geocoder(stand_in, kind).find(ASKED)
    assert (answer.lon, answer.lat) == pytest.approx(PLACE, abs=1e-6)
    url, headers, _ = stand_in.asked[0]
    assert url.path == PROTOCOLS[kind].path
    asked = json.dumps(parse_qs(url.query))
    assert all(word in asked for word in ("rue de la Paix", "4", "1050"))
    assert "someone@example.org" in headers["User-Agent"]


WRONG = [
    {"street": "Rue de la Guerre"},
    {"number": "6"},
    {"number": ""},
    {"postcode": "1030"},
    {"lon": 2.35, "lat": 48.85},
]
DOUBTFUL = [
    (GeocoderKind.NOMINATIM, {"rank": 26}),
    (GeocoderKind.PELIAS, {"confidence": 0.6}),
    (GeocoderKind.PELIAS, {"layer": "street"}),
    (GeocoderKind.URBIS, {"score": 50}),
]


@pytest.mark.parametrize(
    ("kind", "changes"),
    [*((kind, changes) for kind in GeocoderKind for changes in WRONG), *DOUBTFUL],
    ids=str,
)
def test_an_answer_that_is_not_surely_the_house_is_not_believed(stand_in, kind, changes):
    stand_in.said = SPEAK[kind](HOUSE | changes)
    assert geocoder(stand_in, kind).find(ASKED) is None


@pytest.mark.parametrize(
    ("status", "said"), [(500, {}), (429, {}), (200, b"<html>"), (200, {"unexpected": 1}), (200, 7)], ids=str
)
@pytest.mark.parametrize("kind", GeocoderKind)
def test_a_failure_is_told_without_the_address(stand_in, kind, status, said):
    stand_in.status, stand_in.said = status, said
    with pytest.raises(CommonsError) as failure:
        geocoder(stand_in, kind).find(ASKED)
    assert "Paix" not in failure.value.what() + repr(failure.value)
    assert failure.value.__cause__ is None


def test_it_is_asked_slowly(stand_in):
    stand_in.said = nominatim(HOUSE)
    slow = geocoder(stand_in, GeocoderKind.NOMINATIM, pause_s=0.3)
    for _ in range(3):
        slow.find(ASKED)
    times = [moment for *_, moment in stand_in.asked]
    assert times[2] - times[0] >= 0.6
    assert PROTOCOLS[GeocoderKind.NOMINATIM].pause_s >= 1


def make_waiting(connection, dataset, **options):
    told = {"street": "Rue de la Paix", "house_number": "4", "postcode": "1050", "name": "Waiting"} | options
    return make_record(connection, dataset, place=None, **told)


def run_ask(stand_in, dataset, kind=GeocoderKind.PELIAS):
    with connect(Role.INGEST) as connection:
        return ask(connection, dataset, geocoder(stand_in, kind), asked_by="t")


def test_an_address_is_sent_once_and_its_place_is_shown_as_found(database, stand_in):
    with database.connect() as connection:
        dataset = make_dataset(connection, "list", open_terms())
        make_waiting(connection, dataset)
        make_waiting(connection, dataset, name="Same house")
        make_waiting(connection, dataset, name="Nowhere", street="Rue Inconnue")
    stand_in.said = pelias(HOUSE)
    asked = run_ask(stand_in, dataset)
    assert (asked.sent, asked.found) == (2, 2)
    shown = released(Audience.PUBLIC).alternatives().set_index("name")
    assert (shown.geometry["Waiting"].x, shown.geometry["Waiting"].y) == pytest.approx(PLACE)
    assert shown.loc["Waiting", "uncertainty_m"] == 25
    assert shown.loc["Waiting", "provenance"]["geom"] == "found:geocoder:pelias"
    assert "© OpenStreetMap contributors" in shown.loc["Waiting", "attributions"]
    assert (run_ask(stand_in, dataset).sent, len(stand_in.asked)) == (0, 2)


@pytest.mark.parametrize(
    "terms",
    [
        {"visibility": Visibility.PARTNERS},
        {"precision": Precision.SECTOR},
        {"precision": Precision.WITHHELD},
        {"reuse": False},
    ],
    ids=str,
)
def test_canary_an_address_that_the_public_may_not_see_is_never_sent(database, stand_in, terms):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms(**terms))
        make_waiting(connection, dataset)
        open_ = make_dataset(connection, terms=open_terms())
        make_waiting(connection, open_, flags={"visibility": "withheld"}, street="Rue Cachée")
        make_waiting(connection, open_, category="shelter", street="Rue Sensible")
        make_waiting(connection, open_, street="Rue de la Paix (sonner chez anne@exemple.be)")
    assert (run_ask(stand_in, dataset).sent, run_ask(stand_in, open_).sent) == (0, 0)
    assert stand_in.asked == []
    assert names(Audience.PUBLIC) == []


def test_what_was_answered_before_a_failure_is_kept(database, stand_in):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        make_waiting(connection, dataset)
    stand_in.said = pelias(HOUSE)

    def fail_after(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), connect(Role.INGEST) as connection:
        ask(connection, dataset, geocoder(stand_in, GeocoderKind.PELIAS), asked_by="t", progress=fail_after)
    again = run_ask(stand_in, dataset)
    assert (again.sent, again.found, len(stand_in.asked)) == (0, 1, 1)


def test_asking_what_would_be_sent_leaves_nothing(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        make_waiting(connection, dataset)
    with connect(Role.INGEST) as connection:
        assert len(addresses_to_send(connection, dataset, "pelias")) == 1
    assert database.rows("SELECT count(*) FROM commons.record_location") == [(0,)]
    assert names(Audience.PUBLIC) == []


def test_no_geocoder_is_set_unless_all_of_it_is(monkeypatch):
    for name in ("COMMONS_GEOCODER", "COMMONS_GEOCODER_URL", "COMMONS_GEOCODER_CONTACT"):
        monkeypatch.delenv(name, raising=False)
    assert settings().geocoder is None
    monkeypatch.setenv("COMMONS_GEOCODER", "nominatim")
    monkeypatch.setenv("COMMONS_GEOCODER_URL", "https://geocoder.example.org")
    with pytest.raises(CommonsError):
        settings()
    monkeypatch.setenv("COMMONS_GEOCODER_CONTACT", "someone@example.org")
    assert settings().geocoder.kind is GeocoderKind.NOMINATIM
