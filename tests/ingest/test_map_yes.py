"""What "yes" means is said once for a column, and kept with the mapping."""

import pytest

from builders import make_dataset, open_terms
from commons.consent.flags import FLAG_WORDS, YES
from commons.database.connection import Role
from commons.errors import CommonsError
from commons.release import released
from commons.vocabulary import Audience, Language, Precision, Stance, Visibility
from ingest.map.saved import latest_mapping, save_mapping
from ingest.map.yes import unclear_flags, with_yes
from ingest.notices import NoticeCode
from ingest.upload import commit_upload, prepare_upload

LIST = "id;nom;latitude;longitude;diffusion\n1;Un;50.83;4.35;oui\n2;Deux;50.84;4.36;Non\n3;Trois;50.85;4.37;JA\n4;Quatre;50.86;4.38;x\n5;Cinq;50.87;4.36;peut-être\n"


@pytest.fixture
def sent(tmp_path):
    path = tmp_path / "liste.csv"

    def write(text=LIST):
        path.write_text(text, "utf-8")
        return path

    return write


def remarks(prepared):
    notices = prepared.checked.notices
    return {code: set(rows["row_number"].dropna()) for code, rows in notices.groupby("code")}


@pytest.mark.parametrize("word", ["oui", "Ja", "YES", "vrai", "1", "x"])
def test_a_yes_that_says_to_nobody_is_asked_about_and_shared_with_nobody(sent, word):
    prepared = prepare_upload(sent(LIST.replace("oui", word)))
    assert unclear_flags(prepared.mapping, prepared.checked.notices) == ["visibility"]
    assert remarks(prepared)["FLAG_SAYS_YES"] == {1, 3, 4}
    assert remarks(prepared)["FLAG_UNREADABLE"] == {5}
    assert prepared.checked.frame["visibility"].tolist() == [None, "withheld", None, None, None]
    assert prepared.checked.frame["extras"][0] == {"diffusion": word}


def test_it_is_said_once_and_holds_for_the_next_file(database, sent):
    with database.connect() as connection:
        dataset = make_dataset(connection, "voisins", open_terms(stance=Stance.ASK))
        mapping = with_yes(
            prepare_upload(sent()).mapping, "visibility", Visibility.PUBLIC, Precision.NEIGHBOURHOOD
        )
        save_mapping(connection, dataset, mapping, saved_by="A. Voisin")
    for text, expected in (
        (LIST, {"Un", "Trois", "Quatre"}),
        (LIST.replace("Deux;50.84;4.36;Non", "Deux;50.84;4.36;yes"), {"Un", "Deux", "Trois", "Quatre"}),
    ):
        with database.connect(Role.INGEST) as connection:
            prepared = prepare_upload(sent(text), saved=latest_mapping(connection, dataset))
            assert unclear_flags(prepared.mapping, prepared.checked.notices) == []
            commit_upload(connection, dataset, prepared, uploaded_by="t")
        seen = released(Audience.PUBLIC).alternatives()
        assert set(seen["name"]) == expected
        assert set(seen["precision"]) <= {"neighbourhood", "commune"}


def test_nothing_is_opened_to_more_than_yes_was_said_to_mean(database, sent):
    with database.connect() as connection:
        dataset = make_dataset(connection, "voisins", open_terms())
        mapping = with_yes(prepare_upload(sent()).mapping, "visibility", Visibility.PARTNERS)
        commit_upload(connection, dataset, prepare_upload(sent(), chosen=mapping), uploaded_by="t")
    assert released(Audience.PUBLIC).alternatives().empty
    assert set(released(Audience.PARTNERS).alternatives()["name"]) == {"Un", "Trois", "Quatre"}


def test_in_a_column_of_contacts_too(sent):
    text = (
        LIST.replace("diffusion", "contact public;visibilité")
        .replace("oui\n", "oui;public\n")
        .replace("Non\n", "non;public\n")
        .replace("JA\n", "ja;public\n")
        .replace("x\n", "x;public\n")
        .replace("peut-être\n", "?;public\n")
    )
    prepared = prepare_upload(sent(text))
    assert unclear_flags(prepared.mapping, prepared.checked.notices) == ["contact"]
    mapping = with_yes(prepared.mapping, "contact", Visibility.PARTNERS)
    told = prepare_upload(sent(text), chosen=mapping).checked.frame
    assert told["contact"].tolist() == ["partners", "withheld", "partners", "partners", None]


def test_a_no_stays_a_no_and_what_cannot_be_said_is_refused(sent):
    mapping = prepare_upload(sent()).mapping
    for flag, means in (("statistics", Visibility.PUBLIC), ("visibility", Visibility.WITHHELD)):
        with pytest.raises(CommonsError) as refused:
            with_yes(mapping, flag, means)
        assert refused.value.key == "mapping.yes_meaning"
    with pytest.raises(CommonsError) as refused:
        with_yes(mapping, "contact", Visibility.PUBLIC)
    assert refused.value.key == "mapping.yes_no_column"
    precise = prepare_upload(sent(LIST.replace("diffusion\n", "diffusion;précision\n"))).mapping
    with pytest.raises(CommonsError) as refused:
        with_yes(precise, "visibility", Visibility.PUBLIC, Precision.EXACT)
    assert refused.value.key == "mapping.yes_precise"
    assert "non" not in with_yes(mapping, "visibility", Visibility.PUBLIC).values["visibility"]


OF_FLAG = {
    "visibility": NoticeCode.FLAG_UNREADABLE,
    "contact": NoticeCode.FLAG_UNREADABLE,
    "precision": NoticeCode.PRECISION_UNREADABLE,
    "statistics": NoticeCode.YES_NO_UNREADABLE,
    "reuse": NoticeCode.YES_NO_UNREADABLE,
    "licence": NoticeCode.LICENCE_UNKNOWN,
}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("flag", OF_FLAG)
def test_a_notice_offers_only_words_that_its_column_understands(sent, flag, language):
    header = {"visibility": "", "precision": ";visibility"}.get(flag, ";visibility")
    rows = LIST.replace("diffusion", flag + header).replace(
        "peut-être", "peut-être" + (";public" if header else "")
    )
    found = remarks(prepare_upload(sent(rows)))
    assert 5 in found[OF_FLAG[flag]]
    fix = OF_FLAG[flag].fix(language).rstrip(".")
    offered = [
        word
        for part in fix.split(" ", 1)[1].split(", ")
        for word in part.replace(" ou ", "|").replace(" of ", "|").replace(" or ", "|").split("|")
    ]
    assert len(offered) > 1
    assert {word for word in offered if word.lower() not in FLAG_WORDS[flag]} == set(), offered
    assert not (set(offered) & YES) or flag in ("statistics", "reuse")
