"""What we ask of Shopify is what its own schema of 2026-07 allows."""

import re

import pytest
from channels.shopify import queries
from channels.shopify.checks import SCOPES
from shopify_schema import faults, faults_of, scopes_of

FILES = {path.stem: path.read_text() for path in queries.FOLDER.glob("*.graphql")}
OPERATIONS = sorted(
    name
    for name, text in FILES.items()
    if re.search(r"^(query|mutation) ", text, re.MULTILINE)
)
KEYED = ("inventorySetQuantities", "inventoryActivate", "refundCreate")


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_valid(name):
    assert faults_of(queries.document(name)) == ()


def test_every_fragment_is_part_of_an_operation():
    documents = "\n".join(map(queries.document, OPERATIONS))
    fragments = re.findall(r"^fragment (\w+)", "\n".join(FILES.values()), re.MULTILINE)
    assert len(OPERATIONS) + len(fragments) == len(FILES)
    assert set(fragments) == set(
        re.findall(r"^fragment (\w+)", documents, re.MULTILINE)
    )


def test_what_shopify_takes_only_with_a_key_has_one():
    documents = [queries.document(name) for name in OPERATIONS]
    for mutation in KEYED:
        (document,) = [each for each in documents if f"{mutation}(" in each]
        assert "@idempotent(key: $key)" in document


def test_the_connection_test_asks_for_every_scope_that_is_needed():
    asked = set(SCOPES) | {scope.replace("write_", "read_", 1) for scope in SCOPES}
    for name in OPERATIONS:
        for needed in scopes_of(queries.document(name)):
            assert asked & set(needed), (name, needed)


@pytest.mark.parametrize(
    ("name", "variables"),
    [
        ("orders", {"first": "ten", "after": None, "query": None}),
        ("orders", {"after": None, "query": None}),
        ("orders", {"first": 1, "after": None, "query": None, "more": 1}),
        ("capture", {"input": {"id": "gid://shopify/Order/1", "sum": "1.00"}}),
    ],
)
def test_variables_that_the_schema_does_not_know_are_found(name, variables):
    assert faults({"query": queries.document(name), "variables": variables})
