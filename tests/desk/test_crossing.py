"""Which comment of a ticket is for customers."""

import pytest

from chalicelib.desk.comments_for_customers import crossing
from chalicelib.desk.issues import Tracking


@pytest.mark.parametrize(
    ("prefix", "text", "crosses"),
    [
        ("@customer", "@customer: It is mended.", "It is mended."),
        ("@customer", " \n@Customer\nIt is mended.", "It is mended."),
        ("@customer", "@customers are angry", ""),
        ("@customer", "to @customer: no", ""),
        ("#public", "\\#public It is mended.", "It is mended."),  # as ADF becomes Markdown
        ("[public]", "\\[public] It is *mended*.", "It is *mended*."),
        ("*to all*", "\\*to all\\* It is mended.", "It is mended."),
        ("(.+)", "anything", ""),
    ],
)
def test_what_begins_with_the_prefix_however_it_is_escaped(prefix, text, crosses):
    assert crossing(Tracking(install="ins_1", workspace="wks_1", prefix=prefix), text) == crosses
    assert crossing(Tracking(install="ins_1", workspace="wks_1", prefix=prefix, comments="none"), text) == ""
    assert crossing(Tracking(install="ins_1", workspace="wks_1", prefix=prefix, comments="all"), text) == text.strip()
