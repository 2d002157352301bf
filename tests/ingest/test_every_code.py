"""Every code is brought about by a file: what no file can cause has no place in the report."""

import io
import zipfile

import openpyxl
import pytest

from ingest.check import check
from ingest.map import apply_mapping, propose_mapping
from ingest.map.document import read_mapping
from ingest.notices import KEPT_BY_NUMBER, NoticeCode

ELSEWHERE = {
    *KEPT_BY_NUMBER,
    NoticeCode.OPENED_CLOSED,
    NoticeCode.OTHER_LAYERS_IGNORED,
    NoticeCode.DELETED_LEFT_OUT,
    NoticeCode.NONE_READY,
    NoticeCode.HIDDEN_READ,
    NoticeCode.CELLS_MERGED,
    NoticeCode.FLAG_MERGED,
}
"""The first need a database (tests/safekeeping/test_erasure.py, test_returning.py, tests/consent/test_opened.py), the layers a
GeoPackage (test_read_binary.py), what is deleted OpenStreetMap's XML (lists/test_openstreetmap.py), NONE_READY a whole upload (lists/test_unread.py), what is hidden or merged a workbook of some care
(lists/test_unread.py, test_lines.py)."""

PLACED = "nom;latitude;longitude"
AT = "50,85;4,35"
MAPPED = {
    NoticeCode.COLUMN_IGNORED: {"ignore": ["rue"]},
    NoticeCode.FLAG_CONSTANT: {"constants": {"visibility": "partners"}},
    NoticeCode.FIELD_CONSTANT: {"constants": {"category": "other"}},
    NoticeCode.SPLIT_UNREADABLE: {
        "splits": {"rue": {"separator": ",", "fields": ["postcode", "municipality"]}}
    },
}
"""Codes of a mapping that a person made: what it says beside the name."""

FILES = {
    NoticeCode.NAME_COLUMN_MISSING: "cp;rue\n1000;\n1030;\n",
    NoticeCode.ROW_NO_PLACE: "nom;rue\nA;b\nTotal;\n",
    NoticeCode.TEXT_MENDED: "nom\nCafÃ©\n",
    NoticeCode.QUOTES_ESCAPED: 'nom;rue\n"Dit \\"A\\" ici";b\n',
    NoticeCode.COLUMN_FILLS: "nom;téléphone;gsm\nA;02 555 12 34;\n",
    NoticeCode.ENCODING_GUESSED: "nom\nCafé\n".encode("cp1252"),
    NoticeCode.ROW_RAGGED: "nom;rue\nA;b;c\n",
    NoticeCode.ROW_MISQUOTED: 'nom;rue\n"A" "b"\n',
    NoticeCode.ROW_SHORT: "nom;rue\nA\n",
    NoticeCode.HEADER_MISSING: f"Maison;{AT}\n",
    NoticeCode.LINES_ABOVE_TITLES: [["Nos membres"], ["nom", "rue", "cp"], ["A", "b", "1000"]],
    NoticeCode.HEADER_REPEATED: "nom;nom\nA;b\n",
    NoticeCode.HEADER_EMPTY: "nom;\nA;b\n",
    NoticeCode.FORMULA_VALUE: [["nom", "rue"], ["A", "=1+1"]],
    NoticeCode.FORMULA_DROPPED: [["nom", "rue"], ["A", "=1+1"]],
    NoticeCode.OTHER_SHEETS_IGNORED: [["nom"], ["A"]],
    NoticeCode.GEOMETRY_UNREADABLE: '{"type": "Point", "coordinates": ["x"]}',
    NoticeCode.GEOMETRY_NOT_POINT: '{"type": "MultiPoint", "coordinates": [[4.35, 50.85], [4.36, 50.85]]}',
    NoticeCode.GEOMETRY_IS_LINE: '{"type": "LineString", "coordinates": [[4.35, 50.85], [4.36, 50.85]]}',
    NoticeCode.COLUMN_UNMAPPED: "nom;xyzzy\nA;b\n",
    NoticeCode.COLUMN_GUESSED: "nom;xyzzy\nA;a@exemple.be\n",
    NoticeCode.COLUMN_OF_TIMES: "nom;date de création\nA;2024-05-01 10:12\n",
    NoticeCode.COLUMN_ENDS_MOST: "nom;date de fin\nA;2019\nB;2020\nC;2021\n",
    NoticeCode.COLUMN_OF_REPORTERS: "nom;rue;encodé par\nA;Rue Haute;jeanne@exemple.be\n",
    NoticeCode.COLUMN_OF_PEOPLE: "nom;rue\nMarie Exemple;Rue Haute\nJan Voorbeeld;Rue Basse\n",
    NoticeCode.WORD_FOR_NOTHING: "nom;rue\nA;n/a\n",
    NoticeCode.SPREADSHEET_ERROR: "nom;rue\nA;#REF!\n",
    NoticeCode.MARKUP_REMOVED: "nom;description\nA;un<br>deux\n",
    NoticeCode.KEY_RUINED: "id;nom\n9,91E+15;A\n",
    NoticeCode.TEXT_TELLS_CONTACT: "nom;description\nA;a@exemple.be\n",
    NoticeCode.DATES_MONTH_FIRST: "nom;date de création\nA;12/31/2020\n",
    NoticeCode.WEBSITE_IS_MAP: "nom;site web\nA;a.example\nB;https://goo.gl/maps/x\n",
    NoticeCode.FLAG_SAYS_YES: "nom;visibilité\nA;oui\n",
    NoticeCode.PRECISION_UNREADABLE: "nom;précision\nA;environ\n",
    NoticeCode.YES_NO_UNREADABLE: "nom;statistiques\nA;peut-être\n",
    NoticeCode.NAME_MISSING: "nom;rue\n;Rue Haute\n",
    NoticeCode.NAME_COMPOSED: "rue;numéro\nRue Haute;3\n",
    NoticeCode.TEXT_CLEANED: "nom\nA\u200bbc\n",
    NoticeCode.TEXT_CUT: "nom\n" + "A" * 301 + "\n",
    NoticeCode.TEXT_GARBLED: "nom\nCaf\ufffd\n",
    NoticeCode.PARTNER_KEY_REPEATED: "id;nom\n1;A\n1;B\n",
    NoticeCode.ROW_LOOKS_REPEATED: f"{PLACED}\nA;{AT}\na;{AT}\n",
    NoticeCode.TEXT_TELLS_PLACE: "nom;rue;numéro;description;précision\nA;Rue Haute;3;Au 3, rue Haute;commune\n",
    NoticeCode.NO_POSITION: "nom\nA\n",
    NoticeCode.POSITION_UNREADABLE: f"{PLACED}\nA;ici;là\n",
    NoticeCode.CRS_GUESSED: "nom;x;y\nA;149000;170500\n",
    NoticeCode.CRS_CORRECTED: '{"type": "Point", "coordinates": [149000, 170500]}',
    NoticeCode.CRS_MIXED: f"{PLACED}\nA;{AT}\nB;50,84;4,36\nC;170500;149000\n",
    NoticeCode.CRS_UNKNOWN: f"{PLACED}\nA;5000000;9000000\n",
    NoticeCode.DECIMALS_RESTORED: f"{PLACED}\nA;50846700;4352500\n",
    NoticeCode.AXES_SWAPPED: f"{PLACED}\nA;4,35;50,85\n",
    NoticeCode.OUTSIDE_REGION: f"{PLACED}\nA;48,85;2,35\n",
    NoticeCode.NAME_IS_VALUE: "nom;rue\nTRUE;b\n",
    NoticeCode.CATEGORY_MISSING: "nom\nA\n",
    NoticeCode.FOUNDED_IN_FUTURE: "nom;date de création\nA;2099-05-01\n",
    NoticeCode.CATEGORY_UNKNOWN: "nom;catégorie\nA;xyzzy\n",
    NoticeCode.DATE_UNREADABLE: "nom;date de création\nA;jadis\n",
    NoticeCode.DATE_FROM_SERIAL: "nom;date de création\nA;45000\n",
    NoticeCode.DATES_REVERSED: "nom;date de création;date de fin\nA;2020;2019\n",
    NoticeCode.EMAIL_INVALID: "nom;courriel\nA;a@@b\n",
    NoticeCode.WEBSITE_INVALID: "nom;site web\nA;javascript:alert(1)\n",
    NoticeCode.PHONE_INVALID: "nom;téléphone\nA;jamais\n",
    NoticeCode.SECOND_VALUE_DROPPED: "nom;téléphone\nA;02 555 12 34 ou 0475 12 34 56\n",
    NoticeCode.ADDRESS_UNREADABLE: "nom;adresse\nA;2e cour, 3e porte, à gauche\n",
    NoticeCode.POSTCODE_INVALID: "nom;code postal\nA;103\n",
    NoticeCode.POSTCODE_ELSEWHERE: "nom;code postal;commune\nA;9000;Schaerbeek\n",
    NoticeCode.HOURS_UNREADABLE: "nom;heures d'ouverture\nA;le matin\n",
    NoticeCode.ENTERPRISE_NUMBER_INVALID: "nom;numéro d'entreprise\nA;0878.065.379\nB;0878.065.378\n",
    NoticeCode.SUBJECT_UNKNOWN: "nom;subject\nA;xyzzy\n",
    NoticeCode.RESOURCE_KIND_UNKNOWN: "nom;offres\nA;xyzzy\n",
    NoticeCode.PARTICIPATION_UNEVEN: "nom;mutualisations;mutualisation depuis\nA;Un|Deux;2019\n",
    NoticeCode.FLAG_EMPTY: "nom;visibilité\nA;\n",
    NoticeCode.REMARK_REFUSES: "nom;description\nA;ne pas publier\n",
    NoticeCode.FLAG_UNREADABLE: "nom;visibilité\nA;à vérifier\n",
    NoticeCode.LICENCE_UNKNOWN: "nom;licence\nA;xyzzy\n",
    NoticeCode.CONSENT_DATE_UNREADABLE: "nom;visibilité;consentement le\nA;public;45000\n",
    NoticeCode.CONSENT_CLOSED: "nom;consentement le\nA;hier\n",
    NoticeCode.CONSENT_DATES_REVERSED: "nom;consentement le;consentement jusqu'au\nA;2026;2025\n",
}


def workbook(lines, *, is_calculated):
    """Return the bytes of two sheets; where calculated, each formula has a result, which openpyxl cannot write."""
    book, target, told = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    for line in lines:
        book.active.append(line)
    book.create_sheet("second").append(["nom"])
    book.save(target)
    with zipfile.ZipFile(target) as source, zipfile.ZipFile(told, "w") as archive:
        for name in source.namelist():
            text = source.read(name)
            archive.writestr(name, text.replace(b"</f><v />", b"</f><v>2</v>") if is_calculated else text)
    return told.getvalue()


def feature(geometry):
    return (
        '{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "EPSG:4326"}}, "features": '
        f'[{{"type": "Feature", "properties": {{"nom": "A"}}, "geometry": {geometry}}}]}}'
    )


def file_of(code):
    """Return the content of a file that brings the code about, and its name."""
    content = FILES.get(code, "nom;rue\nA;b\n")
    if isinstance(content, list):
        return workbook(content, is_calculated=code is NoticeCode.FORMULA_VALUE), "liste.xlsx"
    if isinstance(content, str) and content.startswith("{"):
        return feature(content), "liste.geojson"
    return content, "liste.csv"


@pytest.mark.parametrize("code", [code for code in NoticeCode if code not in ELSEWHERE])
def test_a_file_brings_the_code_about(read, code):
    raw = read(*file_of(code))
    mapping = (
        read_mapping({"columns": {"nom": "name"}} | MAPPED[code]) if code in MAPPED else propose_mapping(raw)
    )
    assert code in set(check(apply_mapping(raw, mapping)).notices["code"])
