"""Each kind of source from a server that speaks its protocol, well and badly; the shapes are those of real servers."""

import json

import pytest
from stand_in import answer, fetcher_for, redirect, send

from commons.errors import CommonsError
from ingest.read import read_file
from ingest.remote import pages as paging
from ingest.remote.fetch import Validators
from ingest.remote.gogocarto import fetch_gogocarto
from ingest.remote.murmurations import fetch_murmurations, node_id
from ingest.remote.ogcapi import fetch_ogcapi
from ingest.remote.plain import fetch_plain
from ingest.remote.wfs import fetch_wfs


def fetch(kind, server, path, folder, *others):
    folder.mkdir(exist_ok=True)
    with fetcher_for(server, *others) as fetcher:
        if kind in (fetch_plain, fetch_gogocarto):
            return kind(fetcher, server.at(path), folder, Validators())
        return kind(fetcher, server.at(path), folder)


def features(fetched):
    return json.loads(fetched.path.read_text("utf-8"))["features"]


def names(fetched):
    return [feature["properties"]["name"] for feature in features(fetched)]


def refused(kind, server, path, folder, *others):
    with pytest.raises(CommonsError) as failure:
        fetch(kind, server, path, folder, *others)
    return failure.value.key


def feature(number, **properties):
    place = {"type": "Point", "coordinates": [4.25 + number / 4, 50.84]}
    told = {"name": f"Lieu {number}", **properties}
    return {"type": "Feature", "id": number, "geometry": place, "properties": told}


class OgcApi:
    """An OGC API Features server of one or more collections."""

    def __init__(self, server, count=5, page=2, collections=("lieux",)):
        self.server, self.page, self.matched = server, page, count
        self.features = [feature(number) for number in range(count)]
        url = server.url
        server.routes |= {
            "/": {"title": "t", "links": [self.link("data", f"{url}/collections"), self.link("conformance", f"{url}/conformance")]},
            "/conformance": {"conformsTo": ["http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"]},
            "/collections": {"links": [], "collections": [self.collection(name) for name in collections]},
            "/collections/lieux": self.collection("lieux"),
            "/collections/lieux/items": self.items,
        }  # fmt: skip

    def link(self, rel, href, kind="application/json"):
        return {"rel": rel, "href": href, "type": kind}

    def collection(self, name):
        items = f"{self.server.url}/collections/{name}/items"
        html = self.link("items", f"{items}?f=html", "text/html")
        return {
            "id": name,
            "itemType": "feature",
            "links": [html, self.link("items", items, "application/geo+json")],
        }

    def items(self, handler, query):
        start = int(query.get("offset", 0))
        part = self.features[start : start + self.page]
        links = []
        if start + self.page < len(self.features):
            links = [
                self.link(
                    "next", f"/collections/lieux/items?offset={start + self.page}&limit={query.get('limit')}"
                )
            ]
        told = {"type": "FeatureCollection", "numberReturned": len(part), "links": links, "features": part}
        return told | ({} if self.matched is None else {"numberMatched": self.matched})


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/conformance",
        "/collections",
        "/collections/lieux",
        "/collections/lieux/items",
        "/collections/lieux/items?limit=2",
    ],
)
def test_a_collection_is_found_from_any_address_of_it_and_read_to_its_last_page(server, path, tmp_path):
    OgcApi(server)
    assert names(fetch(fetch_ogcapi, server, path, tmp_path)) == [f"Lieu {number}" for number in range(5)]


def test_a_key_of_the_address_is_kept_on_the_way_to_the_collection(server, tmp_path):
    OgcApi(server)
    fetch(fetch_ogcapi, server, "/?key=abc", tmp_path)
    assert [path for path in server.asked if "offset" not in path and "key=abc" not in path] == []


def test_of_several_collections_a_person_has_to_name_one(server, tmp_path):
    OgcApi(server, collections=("lieux", "autres"))
    assert refused(fetch_ogcapi, server, "/", tmp_path) == "remote.collections"


def test_the_same_features_make_the_same_file_in_whatever_order_they_come(server, tmp_path):
    api = OgcApi(server)
    first = fetch(fetch_ogcapi, server, "/", tmp_path / "a").path.read_bytes()
    api.features = [dict(reversed(each.items())) for each in reversed(api.features)]
    assert fetch(fetch_ogcapi, server, "/", tmp_path / "b").path.read_bytes() == first
    api.features[0]["properties"]["name"] = "Autre"
    assert fetch(fetch_ogcapi, server, "/", tmp_path / "c").path.read_bytes() != first


def test_what_is_gathered_is_read_by_the_readers_of_files(server, tmp_path):
    OgcApi(server)
    fetched = fetch(fetch_ogcapi, server, "/", tmp_path)
    table = read_file(fetched.path, f"list{fetched.suffix}")
    assert table.rows["id"].tolist() == ["0", "1", "2", "3", "4"]
    assert table.points[2].tolist() == [4.75, 50.84]


def broken(handler, query):
    handler.send_response(500)
    handler.end_headers()


@pytest.mark.parametrize(
    ("middle", "key"),
    [
        (answer(b"", 404), "remote.missing"),
        (answer(b"", 500), "remote.status"),
        (answer(b'{"type": "FeatureCollection", "features": [{"ty'), "remote.not_json"),
        (answer(b"<html>later</html>"), "remote.not_json"),
        (answer(b'{"type": "FeatureCollection"}'), "remote.shape"),
        (answer(b"[]"), "remote.not_json"),
        (lambda handler, query: send(handler, b"{", headers={"Content-Length": "90", "Connection": "close"}), "remote.unreachable"),
    ],
    ids=["missing", "broken", "cut in two", "a page", "no features", "an array", "a lost connection"],
)  # fmt: skip
def test_pages_that_break_in_the_middle_are_never_a_list(server, middle, key, tmp_path):
    api = OgcApi(server)

    def items(handler, query):
        if int(query.get("offset", 0)) == 2:
            handler.close_connection = True
            return middle(handler, query)
        return api.items(handler, query)

    server.routes["/collections/lieux/items"] = items
    assert refused(fetch_ogcapi, server, "/", tmp_path) == key


@pytest.mark.parametrize("matched", [4, 6, 0])
def test_a_count_that_is_not_true_is_refused(server, matched, tmp_path):
    OgcApi(server).matched = matched
    assert refused(fetch_ogcapi, server, "/", tmp_path) == "remote.count"


def test_a_server_that_does_not_count_is_read_to_its_last_page(server, tmp_path):
    OgcApi(server).matched = None
    assert len(features(fetch(fetch_ogcapi, server, "/", tmp_path))) == 5


def test_a_list_that_changes_while_it_is_read_is_refused(server, tmp_path):
    api = OgcApi(server, count=6)

    def items(handler, query):
        told = api.items(handler, query)
        api.features.insert(0, feature(99))
        return told

    api.matched = None
    server.routes["/collections/lieux/items"] = items
    assert refused(fetch_ogcapi, server, "/", tmp_path) == "remote.unstable"


def test_pages_that_lead_in_a_circle_are_refused(server, tmp_path):
    page = {
        "type": "FeatureCollection",
        "features": [{**feature(1), "id": None}],
        "links": [{"rel": "next", "href": "/items?limit=1000"}],
    }
    server.routes["/items"] = page
    assert refused(fetch_ogcapi, server, "/items", tmp_path) == "remote.page_twice"
    assert len(server.asked) == 1


def test_pages_without_end_are_given_up(server, monkeypatch, tmp_path):
    monkeypatch.setattr(paging, "MAX_PAGES", 20)

    def items(handler, query):
        number = int(query.get("page", 0))
        links = [{"rel": "next", "href": f"/items?page={number + 1}"}]
        return {"type": "FeatureCollection", "features": [feature(number)], "links": links}

    server.routes["/items"] = items
    assert refused(fetch_ogcapi, server, "/items", tmp_path) == "remote.pages_many"
    assert len(server.asked) == 20
    empty = {"type": "FeatureCollection", "features": [], "links": [{"rel": "next", "href": "/items?page=1"}]}
    server.routes["/items"] = empty
    assert refused(fetch_ogcapi, server, "/items", tmp_path / "again") == "remote.page_empty"


def test_the_rest_of_a_list_is_not_looked_for_on_another_site(server, other, tmp_path):
    links = [{"rel": "next", "href": f"{other.url}/items"}]
    server.routes["/items"] = {"type": "FeatureCollection", "features": [feature(1)], "links": links}
    other.routes["/items"] = {"type": "FeatureCollection", "features": [feature(2)]}
    assert refused(fetch_ogcapi, server, "/items", tmp_path, other) == "remote.other_site"
    assert other.asked == []


def test_a_key_said_twice_is_refused_before_it_is_written_anew(server, tmp_path):
    twice = b'{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": null,'
    twice += b' "properties": {"name": "x", "visibility": "withheld", "visibility": "public"}}]}'
    server.routes["/items"] = twice
    assert refused(fetch_ogcapi, server, "/items", tmp_path) == "read_json_key_twice"


def test_a_file_is_what_its_bytes_are_whatever_its_address_says(server, tmp_path):
    server.routes |= {
        "/export.php": b"nom;lat;lon\nUn;50,84;4,36\n",
        "/page": b"<html></html>",
        "/a": redirect("/export.php"),
    }
    for path in ("/export.php", "/a"):
        fetched = fetch(fetch_plain, server, path, tmp_path)
        assert fetched.suffix == ".csv"
        assert read_file(fetched.path, "list.csv").rows["nom"].tolist() == ["Un"]
    assert refused(fetch_plain, server, "/page", tmp_path) == "read_markup"


ELEMENT = {
    "id": "xyz", "name": "Le Potager", "geo": {"latitude": 50.84, "longitude": 4.36},
    "address": {"streetAddress": "Rue Haute", "streetNumber": "3", "addressLocality": "Bruxelles", "postalCode": "1000", "addressCountry": "BE"},
    "createdAt": "2020-01-01T10:00:00+01:00", "updatedAt": "2024-02-03T10:00:00+01:00", "status": 1,
    "categories": ["Potager", "Compost"], "email": "private", "website": "https://potager.example.org",
}  # fmt: skip


def test_a_gogocarto_map_is_read_in_its_full_form(server, tmp_path):
    server.routes["/api/elements.json"] = {
        "licence": "x",
        "ontology": "gogofull",
        "data": [ELEMENT, {**ELEMENT, "id": "abc", "geo": None}],
    }
    for path in ("/", "/api/elements.json", "/api", ""):
        first, second = features(fetch(fetch_gogocarto, server, path, tmp_path))
    assert (first["id"], first["geometry"]) == ("abc", None)
    assert second["geometry"] == {"type": "Point", "coordinates": [4.36, 50.84]}
    expected = {"street": "Rue Haute", "house_number": "3", "municipality": "Bruxelles", "postcode": "1000", "category": "Potager|Compost",
                "updated_on": "2024-02-03T10:00:00+01:00", "name": "Le Potager"}  # fmt: skip
    assert expected.items() <= second["properties"].items()
    assert "email" not in second["properties"]


def test_a_gogocarto_map_is_read_in_its_compact_form(server, tmp_path):
    data = [
        ["a", ["Un", "https://un.example.org"], 50.84, 4.36, [12, 7]],
        ["b", ["Deux", None], 50.85, 4.37, [], -1],
        ["c", ["Trois", ""], 50.85, 4.37],
    ]
    told = {
        "ontology": "gogocompact",
        "data": data,
        "mapping": ["id", ["name", "website"], "latitude", "longitude", "status", "moderationState"],
    }
    server.routes["/api/elements.json"] = told
    un, deux, trois = features(
        fetch(fetch_gogocarto, server, "/api/elements.json?ontology=gogocompact", tmp_path)
    )
    assert un["properties"] == {
        "name": "Un",
        "website": "https://un.example.org",
        "category_numbers": [12, 7],
    }
    assert un["geometry"]["coordinates"] == [4.36, 50.84]
    assert deux["properties"]["status"] == -1
    assert trois["properties"] == {"name": "Trois", "website": ""}
    told["data"] = [["a", ["Un"], 50.84, 4.36]]
    assert refused(fetch_gogocarto, server, "/", tmp_path / "again") == "remote.shape"


@pytest.mark.parametrize(
    ("body", "key"),
    [(b"You need to provide a token to access to this API", "remote.not_json"), (b'{"error": "x"}', "remote.shape"), (b'{"data": "x"}', "remote.shape")],
    ids=["a token is wanted", "an error", "no list"],
)  # fmt: skip
def test_what_is_no_gogocarto_map_is_refused(server, body, key, tmp_path):
    server.routes["/api/elements.json"] = body
    assert refused(fetch_gogocarto, server, "/", tmp_path) == key


def profile(name="Un", **more):
    return {"linked_schemas": ["organizations_schema-v1.0.0"], "name": name, "primary_url": "https://un.example.org",
            "geolocation": {"lat": 50.84, "lon": 4.36}, "tags": ["food", "co-op"], "starts_at": 1651848477, **more}  # fmt: skip


def index(server, urls, page=2, **more):
    """Let the stand-in list these profiles as the index of the network does."""

    def nodes(handler, query):
        number = int(query.get("page", 1))
        part = [{"profile_url": url, "status": "posted"} for url in urls[(number - 1) * page : number * page]]
        last = -(-len(urls) // page)
        links = {"self": "x"} | (
            {"next": f"{server.url}/v2/nodes?page={number + 1}"} if number < last else {}
        )
        return {
            "data": part,
            "links": links,
            "meta": {"number_of_results": len(urls), "total_pages": last},
            **more,
        }

    server.routes["/v2/nodes"] = nodes


def test_a_murmurations_profile_is_a_list_of_one(server, tmp_path):
    server.routes["/me.json"] = profile(contact_details={"email": "a@example.org"})
    (only,) = features(fetch(fetch_murmurations, server, "/me.json", tmp_path))
    assert only["id"] == node_id(f"{server.url}/me.json")
    assert only["geometry"]["coordinates"] == [4.36, 50.84]
    expected = {
        "name": "Un",
        "website": "https://un.example.org",
        "category": "food|co-op",
        "founded_on": "2022-05-06",
        "email": "a@example.org",
    }
    assert expected.items() <= only["properties"].items()


def test_an_index_is_read_to_its_last_page_and_each_profile_from_its_own_server(server, other, tmp_path):
    urls = [f"{(server, other)[n % 2].url}/p{n}.json" for n in range(5)]
    for n in range(5):
        (server, other)[n % 2].routes[f"/p{n}.json"] = profile(f"Lieu {n}")
    index(server, urls)
    fetched = fetch(fetch_murmurations, server, "/v2/nodes?schema=organizations_schema", tmp_path, other)
    assert sorted(names(fetched)) == [f"Lieu {n}" for n in range(5)]
    assert fetched.unreachable == 0
    assert {each["id"] for each in features(fetched)} == {node_id(url) for url in urls}


def test_profiles_that_cannot_be_had_are_counted_and_the_others_kept(server, other, tmp_path):
    urls = [f"{server.url}/{name}" for name in ("well", "missing", "page", "no-profile")]
    urls += [f"{other.url}/inside", "http://169.254.169.254/latest", "file:///etc/passwd", "nonsense"]
    server.routes |= {"/well": profile("Bien"), "/page": b"<html>", "/no-profile": {"error": "maintenance"}}
    other.routes["/inside"] = profile("Secret")
    index(server, urls, page=50)
    fetched = fetch(fetch_murmurations, server, "/v2/nodes", tmp_path)
    assert (names(fetched), fetched.unreachable) == (["Bien"], 7)
    assert other.asked == []


def test_a_list_that_is_not_complete_is_another_file_than_one_that_is(server, tmp_path):
    server.routes["/well"] = profile("Bien")
    index(server, [f"{server.url}/well", f"{server.url}/missing"])
    partial = fetch(fetch_murmurations, server, "/v2/nodes", tmp_path / "a").path
    index(server, [f"{server.url}/well"])
    whole = fetch(fetch_murmurations, server, "/v2/nodes", tmp_path / "b").path
    assert partial.read_bytes() != whole.read_bytes()
    assert read_file(partial, "l.geojson").rows.equals(read_file(whole, "l.geojson").rows)


def test_an_index_that_lists_fewer_than_it_says_or_only_dead_profiles_is_refused(server, tmp_path):
    index(server, [f"{server.url}/a", f"{server.url}/b"])
    assert refused(fetch_murmurations, server, "/v2/nodes", tmp_path) == "remote.profiles"
    server.routes["/v2/nodes"] = {
        "data": [{"profile_url": f"{server.url}/a"}],
        "meta": {"number_of_results": 2},
    }
    assert refused(fetch_murmurations, server, "/v2/nodes", tmp_path) == "remote.count"


CAPABILITIES = """<?xml version="1.0"?>
<wfs:WFS_Capabilities version="2.0.0" xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:ows="http://www.opengis.net/ows/1.1">
 <ows:OperationsMetadata>
  <ows:Operation name="GetFeature"><ows:Parameter name="outputFormat"><ows:AllowedValues>
   <ows:Value>application/gml+xml; version=3.2</ows:Value>{outputs}</ows:AllowedValues></ows:Parameter></ows:Operation>
  <ows:Constraint name="ImplementsResultPaging"><ows:NoValues/><ows:DefaultValue>{paging}</ows:DefaultValue></ows:Constraint>
 </ows:OperationsMetadata>
 <wfs:FeatureTypeList>{layers}</wfs:FeatureTypeList>
</wfs:WFS_Capabilities>"""


class Wfs:
    """A WFS 2.0 of one layer, which gives at most `most` features at a time."""

    def __init__(
        self,
        server,
        count=5,
        most=2,
        paging="TRUE",
        layers=("ns:lieux",),
        output="application/json",
        counts=True,
    ):
        self.features = [feature(number) for number in range(count)]
        self.most, self.counts, self.matched = most, counts, count
        outputs = f"<ows:Value>{output}</ows:Value>"
        listed = "".join(f"<wfs:FeatureType><wfs:Name>{name}</wfs:Name></wfs:FeatureType>" for name in layers)
        self.capabilities = CAPABILITIES.format(outputs=outputs, paging=paging, layers=listed).encode()
        server.routes["/wfs"] = self.serve

    def serve(self, handler, query):
        match query:
            case {"request": "GetCapabilities"}:
                return self.capabilities
            case {"resultType": "hits"}:
                return f'<wfs:FeatureCollection xmlns:wfs="w" numberMatched="{self.matched}" numberReturned="0"/>'.encode()
        assert query["outputFormat"] == "application/json"
        start = int(query.get("startIndex", 0))
        part = self.features[start : start + self.most]
        crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4326"}} if part else None
        told = {"type": "FeatureCollection", "features": part, "numberReturned": len(part), "crs": crs}
        return told | {"numberMatched": self.matched if self.counts else "unknown"}


@pytest.mark.parametrize(
    "path",
    [
        "/wfs",
        "/wfs?service=WFS&request=GetCapabilities",
        "/wfs?request=GetFeature&typeNames=ns:lieux&count=1",
    ],
)
@pytest.mark.parametrize("counts", [True, False], ids=["counted", "not counted"])
def test_a_layer_is_read_to_its_last_page_though_a_page_is_shorter_than_asked_for(
    server, path, counts, tmp_path
):
    Wfs(server, counts=counts)
    fetched = fetch(fetch_wfs, server, path, tmp_path)
    assert names(fetched) == [f"Lieu {number}" for number in range(5)]
    assert read_file(fetched.path, "l.geojson").crs == 4326


def test_a_service_without_pages_is_asked_once_and_has_to_give_all(server, tmp_path):
    wfs = Wfs(server, paging="FALSE", most=50, counts=False)
    assert len(features(fetch(fetch_wfs, server, "/wfs", tmp_path))) == 5
    wfs.most = 3
    assert refused(fetch_wfs, server, "/wfs", tmp_path) == "remote.count"


@pytest.mark.parametrize(("matched", "key"), [(3, "remote.count"), (7, "remote.count")])
def test_a_layer_whose_count_is_not_true_is_refused(server, matched, key, tmp_path):
    Wfs(server).matched = matched
    assert refused(fetch_wfs, server, "/wfs", tmp_path) == key


def test_a_service_that_gives_its_first_page_again_and_again_is_refused(server, tmp_path):
    wfs = Wfs(server)
    serve = wfs.serve
    server.routes["/wfs"] = lambda handler, query: serve(handler, {**query, "startIndex": 0})
    assert refused(fetch_wfs, server, "/wfs", tmp_path) == "remote.unstable"


@pytest.mark.parametrize(
    ("options", "key"),
    [({"layers": ("a", "b")}, "remote.layers"), ({"layers": ()}, "remote.layers"), ({"output": "text/xml"}, "remote.no_geojson")],
    ids=["several layers", "none", "GML only"],
)  # fmt: skip
def test_a_service_that_leaves_a_choice_or_none_says_so(server, options, key, tmp_path):
    Wfs(server, **options)
    assert refused(fetch_wfs, server, "/wfs", tmp_path) == key


def test_capabilities_with_a_document_type_are_refused(server, tmp_path):
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    for body in (bomb, b"<html/>", b"no markup"):
        server.routes["/wfs"] = body
        assert refused(fetch_wfs, server, "/wfs", tmp_path) == "remote.shape"
