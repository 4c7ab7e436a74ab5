"""Files of customers as spreadsheets, exports and people write them."""

import pytest

from chalicelib.desk.customer_csv import columns_of, guarded, rows_of, unguarded
from chalicelib.desk.errors import Invalid

ACME = {"external_id": "acme", "name": "Acme, Inc."}
ROWS = {
    "blank lines above": '\r\n \r\nexternal_id,name\r\nacme,"Acme, Inc."\r\n',
    "blank lines above, semicolons": "\n\nexternal_id;name\n\nacme;Acme, Inc.\n",
    "a blank before quotes": 'external_id, name\nacme, "Acme, Inc."\n',
    "sep in quotes": '"sep=;"\r\nexternal_id;name\r\nacme;Acme, Inc.\r\n',
    "sep, and line ends of old": "sep=;\rexternal_id;name\racme;Acme, Inc.\r",
    "texts as formulas": '="external_id",name\n="acme","=""Acme, Inc."""\n',
}


@pytest.mark.parametrize("text", ROWS.values(), ids=ROWS)
def test_it_says_the_same(text):
    assert [row["customer"] for row in rows_of(text, columns_of(text), {})] == [ACME]


def test_zeros_before_a_number_stay():
    text = 'external_id\n="00123"\n00123\n'
    assert [row["customer"]["external_id"] for row in rows_of(text, columns_of(text), {})] == ["00123", "00123"]
    assert unguarded(guarded('="00123"')) == '="00123"'


@pytest.mark.parametrize(("head", "number"), [("external_id,,name", 2), ("external_id,name,\u200bplan", 3)])
def test_a_column_without_a_name_is_named_by_its_number(head, number):
    with pytest.raises(Invalid, match=f"column {number} "):
        columns_of(f"{head}\nacme,x,y\n")
