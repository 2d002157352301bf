"""What the columns of a file are taken for."""

import pytest

from commons.errors import CommonsError
from ingest.check.records import CANONICAL_COLUMNS
from ingest.headers import header_words
from ingest.map import FLAG_FIELDS, Mapping, Match, apply_mapping, propose_mapping

TAKEN_APART = {"address", "coordinates", "participation_title", "participation_kind", "participation_since"}


def proposed(raw):
    return {match.field: match.column for match in propose_mapping(raw).matches}


def test_every_field_of_the_headers_table_is_canonical_or_taken_apart():
    fields = {field for meanings in header_words().values() for field, _ in meanings}
    assert fields <= set(CANONICAL_COLUMNS) | TAKEN_APART
    assert set(FLAG_FIELDS) <= fields


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Dénomination", "name"),
        ("CP", "postcode"),
        ("Consentement jusqu'au", "consent_until"),
        ("Straatnaam", "street"),
        ("Huisnr", "house_number"),
        ("Gemente", "municipality"),
        ("Zichtbaarhied", "visibility"),
        ("ondernemingsnummer", "enterprise_number"),
        ("addr:street", "street"),
        ("contact:email", "email"),
        ("contact_email", "contact_email"),
        ("Mutualisation depuis", "participation_since"),
    ],
)
def test_headers_in_three_languages_and_misspelt(read, header, field):
    assert proposed(read(f"{header};zzz\npubliek;b\n"))[field] == header


def test_a_word_near_a_flag_is_a_flag_only_where_its_values_are(read):
    assert "contact" not in proposed(read("nom;contractor\nA;Dupont sprl\n"))
    assert proposed(read("nom;contacte\nA;public\n"))["contact"] == "contacte"


def test_a_column_called_contact_is_a_person_unless_it_holds_flags(read):
    assert proposed(read("nom;contact\nA;public\nB;retenu\n"))["contact"] == "contact"
    assert proposed(read("nom;contact\nA;Zoé Peeters\nB;Ali Diallo\n"))["contact_person"] == "contact"
    assert proposed(read("nom;contact\nA;a@b.be\nB;c@d.be\n"))["email"] == "contact"


def test_lying_headers_give_way_to_values(read):
    mapping = proposed(read("nom;courriel;site web\nA;www.a.be;a@a.be\nB;https://b.be;b@b.be\n"))
    assert (mapping["website"], mapping["email"]) == ("courriel", "site web")


def test_unknown_headers_are_known_by_their_values(read):
    raw = read("alpha;beta;gamma;delta\nZoé fait;1030;50,85;4,35\nMoi aussi;1000;50,86;4,36\n")
    assert proposed(raw) == {"name": "alpha", "postcode": "beta", "lat": "gamma", "lon": "delta"}


def test_pictures_are_no_websites_and_years_no_postcodes(read):
    mapping = proposed(read("nom;p;q\nA;https://a.be/x.jpg;1995\nB;http://b.be/y.PNG?z;2004\n"))
    assert set(mapping) == {"name"}


def test_a_description_of_few_words_is_the_name_where_there_is_no_other(read):
    assert proposed(read("description\nThéâtre de Poche\nVarieteiten\n")) == {"name": "description"}
    assert proposed(read("nom;description\nA;Théâtre\n"))["description"] == "description"


def test_a_number_is_the_house_number_unless_another_column_is(read):
    assert proposed(read("naam;straat;nr\nA;X;1\n"))["house_number"] == "nr"
    mapping = proposed(read("nr;naam;straat;huisnummer\n1;A;X;12\n"))
    assert (mapping["house_number"], mapping["partner_key"]) == ("huisnummer", "nr")


def test_two_columns_for_one_flag_are_refused(read):
    with pytest.raises(CommonsError) as refused:
        propose_mapping(read("nom;visibilité;visibility\nA;public;retenu\n"))
    assert refused.value.key == "map_flag_twice"


def test_a_mapping_whose_column_has_gone_is_refused(read):
    mapping = Mapping((Match("visible ?", "visibility", 1.0, "person"),))
    with pytest.raises(CommonsError) as refused:
        apply_mapping(read("nom\nA\n"), mapping)
    assert refused.value.key == "map_column_missing"
