"""What crossed the border is kept compact and read exactly, or is malformed."""

from decimal import Decimal

import pytest
from channels.errors import Malformed
from channels.raw import raw, read


def test_a_document_is_read_as_it_was_kept():
    document = raw("order", "7", {"id": "7", "name": "Zoë", "lines": [1]})
    assert document.payload == '{"id":"7","name":"Zoë","lines":[1]}'
    assert (document.kind, document.external_id) == ("order", "7")
    assert read(document.payload, "Order")["lines"] == [1]


def test_numbers_are_read_exactly():
    assert read('{"total": 100.10}', "Order")["total"] == Decimal("100.10")


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "<order/>",
        '{"id": 1',
        "[]",
        "7",
        "null",
        '{"total": 1e9999999999999999999999}',
        '{"total": %s}' % ("9" * 5000),
        "[" * 50_000,
    ],
    ids=lambda payload: payload[:20],
)
def test_what_is_no_object_is_malformed(payload):
    with pytest.raises(Malformed, match=r"^Order: not "):
        read(payload, "Order")
