"""OpenDocument spreadsheets: values, repetitions, hidden sheets, and what only looks like one."""

import pytest
from ods import cell, ods, repeated, row, sheet

from commons.errors import CommonsError
from ingest.notices import NoticeCode
from ingest.read import Format

TITLES = row(cell("nom"), cell("cp"), cell("fondé"))


def test_values_of_every_type_become_text(read):
    values = (
        cell("Zoë", "string"),
        cell("1 030,00", "float", value="1030"),
        cell("01/03/18", "date", **{"date-value": "2018-03-01"}),
        cell("VRAI", "boolean", **{"boolean-value": "true"}),
        cell("10:30", "time", **{"time-value": "PT10H30M00S"}),
        cell("5 %", "percentage", value="0.05"),
        cell("12 €", "currency", value="12"),
    )
    table = read(ods(sheet(row(*map(cell, "abcdefg")), row(*values))), "a.ods")
    assert table.format is Format.ODS
    assert table.rows.loc[1].tolist() == ["Zoë", "1030", "2018-03-01", "true", "10:30:00", "0.05", "12"]


def test_repeated_and_merged_cells_and_blank_rows_keep_their_places(read):
    body = (
        TITLES,
        repeated(row(), 4),
        row(cell("A"), repeated(cell("1000"), 2)),
        repeated(row(cell("B"), cell("1030")), 2),
        row(cell("C"), '<table:covered-table-cell table:number-columns-repeated="1"/>', cell("2018")),
        repeated(row(repeated(cell(""), 16_384)), 1_048_569),
    )
    table = read(ods(sheet(*body)), "a.ods")
    assert table.rows.fillna("").to_numpy().tolist() == [
        ["A", "1000", "1000"], ["B", "1030", ""], ["B", "1030", ""], ["C", "", "2018"],
    ]  # fmt: skip
    assert table.rows.index.tolist() == [5, 6, 7, 8]


def test_paragraphs_are_lines_and_remarks_and_drawings_are_no_text(read):
    told = (
        "<table:table-cell><office:annotation><text:p>secret remark</text:p></office:annotation>"
        "<text:p>un<text:s text:c='999999999'/>deux</text:p><text:p>trois &lt;<text:span>quatre</text:span></text:p>"
        "<draw:frame><draw:text-box><text:p>drawn</text:p></draw:text-box></draw:frame></table:table-cell>"
    )
    table = read(ods(sheet(row(cell("nom")), row(told))), "a.ods")
    assert table.rows.loc[1].tolist() == ["un deux\ntrois <quatre"]


def test_a_formula_gives_what_it_last_showed_and_an_error_nothing(read):
    shown = cell("2", "float", value="2", formula="of:=1+1")
    failed = '<table:table-cell table:formula="of:=1/0" office:value-type="string" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
    blank = cell("", "string", formula='of:=""')
    table = read(ods(sheet(TITLES, row(cell("A"), shown, failed), row(blank, blank))), "a.ods")
    assert table.rows.fillna("").to_numpy().tolist() == [["A", "2", ""]]
    assert {(n.code, n.row_number, n.column) for n in table.notices} == {
        (NoticeCode.FORMULA_VALUE, 1, "cp"),
        (NoticeCode.FORMULA_DROPPED, 1, "fondé"),
    }


def test_the_first_visible_sheet_with_a_row_is_read_and_others_are_told(read):
    content = ods(
        sheet(row(cell("hidden")), row(cell("x")), style="ta2"),
        sheet(),
        sheet(TITLES, row(cell("A"))),
        sheet(row(cell("autre")), row(cell("y"))),
    )
    table = read(content, "a.ods")
    assert table.rows["nom"].tolist() == ["A"]
    assert NoticeCode.OTHER_SHEETS_IGNORED in {notice.code for notice in table.notices}
    alone = read(ods(sheet(TITLES, row(cell("A")))), "a.ods")
    assert NoticeCode.OTHER_SHEETS_IGNORED not in {notice.code for notice in alone.notices}


ENCRYPTED = '<manifest:manifest xmlns:manifest="m"><manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">]>'
BOMB = sheet(TITLES, repeated(row(repeated(cell("x"), 400)), 1_000_000))


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (ods(sheet(TITLES)), "read_no_rows"),
        (ods(sheet(TITLES, row(cell("A")), style="ta2")), "read_no_rows"),
        (ods(sheet(TITLES, row(cell("A"))), manifest=ENCRYPTED), "read_workbook_locked"),
        (ods("<table:table>"), "read_workbook_broken"),
        (ods(BOMB), "read_archive_unsafe"),
        (ods(sheet(TITLES, repeated(row(cell("A")), 10**12))), "read_archive_unsafe"),
        (ods(sheet(TITLES, row(cell("A" * 1_100_000)))), "read_archive_unsafe"),
        (ods(sheet(TITLES, row(repeated(cell("A"), 1100)))), "read_too_many_columns"),
        (ods(sheet(TITLES), before=LAUGHS), "read_archive_unsafe"),
        (ods(sheet(TITLES), before=f"<!--{'x' * 200_000}-->{LAUGHS}"), "read_archive_unsafe"),
        (ods(sheet(TITLES), before=LAUGHS, encoding="utf-16"), "read_archive_unsafe"),
        (ods(None), "read_archive_broken"),
    ],
    ids=[
        "no rows", "hidden", "locked", "broken", "repeated", "repeated endlessly", "long cell", "wide",
        "entities", "entities far in", "entities in utf-16", "no content",
    ],
)  # fmt: skip
def test_what_is_no_list_or_an_attack_is_refused(read, content, key):
    with pytest.raises(CommonsError) as refused:
        read(content, "a.ods")
    assert refused.value.key == key


def test_a_tag_that_does_not_end_is_refused(read):
    endless = f'<table:table table:name="{"".join(map(str, range(400_000)))}"/>'
    with pytest.raises(CommonsError) as refused:
        read(ods(endless), "a.ods")
    assert refused.value.key == "read_archive_unsafe"


def test_any_prefix_may_stand_for_a_namespace(read):
    own = ods(sheet(TITLES, row(cell("A"))).replace("table:", "t:"))
    assert read(own, "a.ods").rows["nom"].tolist() == ["A"]


HEADING = row(cell("Nos membres")), row(cell("État au"), cell("1/2/2026"))


def test_titles_below_a_heading_are_found_and_told(read):
    table = read(ods(sheet(*HEADING, row(), TITLES, row(cell("A"), cell("1000"), cell("2018")))), "a.ods")
    assert table.rows.loc[1].to_dict() == {"nom": "A", "cp": "1000", "fondé": "2018"}
    assert NoticeCode.LINES_ABOVE_TITLES in {notice.code for notice in table.notices}


@pytest.mark.parametrize(
    "lines",
    [
        [
            TITLES,
            row(cell("nom"), cell("cp"), cell("x")),
        ],  # a first line of titles stays one, whatever follows
        [
            row(cell("liste")),
            row(cell("A"), cell("B"), cell("C")),
        ],  # no title that is known: nothing is passed over
        [row(cell("zz"), cell("yy"), cell("xx")), TITLES],
    ],
)
def test_no_row_is_taken_for_a_heading(read, lines):
    table = read(ods(sheet(*lines)), "a.ods")
    assert len(table.rows) == len(lines) - 1
    assert NoticeCode.LINES_ABOVE_TITLES not in {notice.code for notice in table.notices}
