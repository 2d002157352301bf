"""Ready-made mappings: recognised by headers that no other list has, named by a person, never in the way of a flag."""

import pytest

from commons.errors import CommonsError
from ingest.check import check
from ingest.headers import header_words
from ingest.map import FLAG_FIELDS, apply_mapping, propose_mapping
from ingest.map.presets import apply_preset, find_preset, presets, recognise_preset


def csv_of(row):
    return "\t".join(row) + "\n" + "\t".join(row.values()) + "\n"


GOGOCARTO = {
    "id": "wd40", "name": "Le Coin", "geo.latitude": "50.84", "geo.longitude": "4.36",
    "address.streetAddress": "5 rue Haute", "address.addressLocality": "Bruxelles", "address.postalCode": "1000",
    "openHoursString": "lundi", "telephone": "02 555 12 34",
}  # fmt: skip


@pytest.mark.parametrize("preset", presets(), ids=lambda preset: preset.name)
def test_a_preset_is_recognised_by_its_own_columns_and_is_a_mapping(read, preset):
    columns = [*preset.tree["columns"], *preset.tree.get("splits", {})]
    raw = read(csv_of(dict.fromkeys([*columns, *preset.recognised_by], "x")))
    assert recognise_preset(raw) is preset
    mapping = apply_preset(preset, raw)
    assert {match.field for match in mapping.matches if match.reason == "preset"} == {
        *preset.tree["columns"].values()
    }
    assert 1 <= preset.enough <= len(preset.recognised_by)


def test_the_template_has_every_field_under_its_own_name():
    fields = {field for meanings in header_words().values() for field, _ in meanings}
    assert find_preset("template").tree["columns"] == {field: field for field in fields}


def test_gogocarto_is_read_with_its_address_taken_apart(read):
    raw = read(csv_of(GOGOCARTO))
    preset = recognise_preset(raw)
    assert preset.name == "gogocarto"
    record = check(apply_mapping(raw, apply_preset(preset, raw))).frame.iloc[0]
    assert record[["street", "house_number", "postcode", "opening_hours", "phone"]].tolist() == [
        "rue Haute", "5", "1000", "lundi", "+3225551234",
    ]  # fmt: skip


def test_a_flag_beside_a_formats_own_columns_is_not_passed_over(read):
    raw = read(csv_of(GOGOCARTO | {"Visibilité": "retenu", "Licence": "CC0-1.0"}))
    mapping = apply_preset(find_preset("gogocarto"), raw)
    assert mapping.flags_present == {"visibility", "licence"}
    assert check(apply_mapping(raw, mapping)).frame.iloc[0]["visibility"] == "withheld"


def test_of_several_columns_for_a_field_the_fullest_is_taken(read):
    raw = read(
        "name\taddr:street\taddr:city\tshop\tamenity\nA\tX\tY\t\tmarketplace\nB\tX\tY\tbicycle\tlibrary\n"
    )
    result = check(apply_mapping(raw, apply_preset(find_preset("osm"), raw)))
    assert result.frame["category"].tolist() == ["food", "culture"]
    assert result.frame["extras"].tolist() == [{}, {"shop": "bicycle"}]


@pytest.mark.parametrize("header", ["Nom;Rue;CP;Commune", "naam;straat;postcode;gemeente", "name;lat;lon"])
def test_an_ordinary_list_is_of_no_format(read, header):
    assert recognise_preset(read(header + "\n" + ";".join("abcd"[: header.count(";") + 1]) + "\n")) is None


def test_a_preset_of_which_the_file_has_nothing_is_refused(read):
    with pytest.raises(CommonsError) as refused:
        apply_preset(find_preset("urbis"), read("Titel;Wijk\nA;B\n"))
    assert refused.value.key == "mapping.preset_nothing"
    with pytest.raises(CommonsError) as refused:
        find_preset("facebook")
    assert "gogocarto, kobo, murmurations, osm, template, urbis" in str(refused.value)


MURMURATIONS = {
    "oid": "7", "name": "Le Coin", "nickname": "coin", "primary_url": "https://coin.example", "tags[0]": "garden",
    "tags[1]": "asbl", "full_address": "Rue Haute 5, 1000 Bruxelles", "geolocation.lat": "50.84",
    "geolocation.lon": "4.36", "telephone": "02 555 12 34", "geographic_scope": "local",
}  # fmt: skip
OSM = {
    "name": "Le Coin", "addr:street": "Rue Haute", "addr:housenumber": "5", "addr:postcode": "1000", "addr:city": "Bruxelles",
    "contact:phone": "02 555 12 34", "contact:website": "https://coin.example", "shop": "supermarket",
}  # fmt: skip
URBIS = {
    "ID": 946289.0,
    "TYPE": "CU",
    "TXT_FRE": "LE COIN",
    "TXT_DUT": "DE HOEK",
    "COM_FRE": None,
    "COM_DUT": None,
}


@pytest.mark.parametrize(
    ("row", "name", "gained"),
    [
        (MURMURATIONS, "murmurations", {"partner_key", "category"}),
        (OSM, "osm", set()),
        (URBIS, "urbis", set()),
    ],
    ids=["murmurations", "osm", "urbis"],
)
def test_a_list_of_a_format_says_never_less_by_its_preset_than_without(read, collection, row, name, gained):
    raw = read(csv_of(row)) if name == "murmurations" else read(collection((row, (4.36, 50.84))), "f.geojson")
    preset = recognise_preset(raw)
    assert preset is not None
    assert preset.name == name
    with_preset, without = apply_preset(preset, raw), propose_mapping(raw)
    assert set(with_preset.column_of) >= set(without.column_of) | gained
    assert with_preset.flags_present >= without.flags_present & set(FLAG_FIELDS)
