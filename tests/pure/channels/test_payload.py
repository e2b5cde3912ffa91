"""Payloads are laid out for people, and say what they said."""

import json

import pytest
from channels.errors import Malformed
from channels.payload import check, language_of, pretty
from hypothesis import given
from hypothesis import strategies as st

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.lists(VALUES) | st.dictionaries(st.text(), VALUES), st.booleans())
def test_json_says_the_same_and_is_laid_out_as_usual(value, ascii_only):
    text = pretty(json.dumps(value, ensure_ascii=ascii_only, separators=(",", ":")))
    assert json.loads(text) == value
    assert text == json.dumps(value, ensure_ascii=ascii_only, indent=2)


def test_numbers_keep_their_digits():
    text = '{"total": 100.67400000000000001, "price": 19.90, "odd": 1E2}'
    for number in ("100.67400000000000001", "19.90", "1E2"):
        assert number in pretty(text)


def test_what_looks_like_structure_inside_a_text_stays():
    text = json.dumps({"note": 'a { b [ ] , : "c" \\'})
    assert json.loads(pretty(text)) == json.loads(text)


def test_xml_is_indented_and_nothing_is_fetched():
    assert pretty("<a><b>1</b><c/></a>") == "<a>\n  <b>1</b>\n  <c/>\n</a>"
    bomb = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    assert "root:" not in pretty(bomb)


@pytest.mark.parametrize("text", ["", "plain", '{"a": ', "<a><b></a>", "[1,]"])
def test_what_is_broken_stays_as_it_is(text):
    assert pretty(text) == text


@pytest.mark.parametrize(
    ("text", "language"), [(" {", "json"), ("[", "json"), ("<a>", "xml"), ("x", "text")]
)
def test_language_is_known_by_the_beginning(text, language):
    assert language_of(text) == language


def test_what_is_wrong_is_named_with_its_place():
    with pytest.raises(Malformed, match=r"line 2, column 8"):
        check('{\n  "a": ,\n}')
    with pytest.raises(Malformed, match="not XML"):
        check("<a><b></a>")
