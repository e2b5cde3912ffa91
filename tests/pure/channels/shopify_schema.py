"""Shopify's own schema of 2026-07, and what it says of a request."""

import gzip
import json
from functools import cache
from pathlib import Path

from graphql import (
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_client_schema,
    get_named_type,
    parse,
    validate,
    visit,
)
from graphql.execution.values import get_variable_values
from graphql.language import OperationDefinitionNode

TESTS = Path(__file__).parents[2]
FILE = TESTS / "conformance" / "specs" / "shopify" / "admin_2026-07.json.gz"
"""As published, without the descriptions, and with the scopes that a type or field
needs: any one of those that are listed.
"""


@cache
def published() -> dict:
    with gzip.open(FILE) as content:
        return json.load(content)


@cache
def schema() -> GraphQLSchema:
    return build_client_schema(published()["data"], assume_valid=True)


def scopes_of(document: str) -> set[tuple[str, ...]]:
    """What an app must be allowed, to be given what the document asks for."""
    info, found = TypeInfo(schema()), set()

    class Fields(Visitor):
        def enter_field(self, node, *_place):
            owner, kind = info.get_parent_type(), get_named_type(info.get_type())
            for name in (f"{owner.name}.{node.name.value}", kind.name):
                found.add(tuple(published()["scopes"].get(name, ())))

    visit(parse(document), TypeInfoVisitor(info, Fields()))
    return found - {()}


@cache
def faults_of(document: str) -> tuple[str, ...]:
    """What is wrong with a document in itself."""
    return tuple(error.message for error in validate(schema(), parse(document)))


def faults(body: dict) -> list[str]:
    """What is wrong with a request: its document, or its variables."""
    found = list(faults_of(body["query"]))
    if found:
        return found
    (operation,) = (
        node
        for node in parse(body["query"]).definitions
        if isinstance(node, OperationDefinitionNode)
    )
    variables = body.get("variables") or {}
    named = {each.variable.name.value for each in operation.variable_definitions}
    found = [f"unknown variable {name}" for name in variables if name not in named]
    values = get_variable_values(schema(), operation.variable_definitions, variables)
    if isinstance(values, list):
        found += [error.message for error in values]
    return found
