"""Shopify's own schema of 2026-07, and what it says of a request."""

import gzip
import json
from functools import cache
from pathlib import Path

from graphql import GraphQLSchema, build_client_schema, parse, validate
from graphql.execution.values import get_variable_values
from graphql.language import OperationDefinitionNode

TESTS = Path(__file__).parents[2]
FILE = TESTS / "conformance" / "specs" / "shopify" / "admin_2026-07.json.gz"
"""As published, without the descriptions."""


@cache
def schema() -> GraphQLSchema:
    with gzip.open(FILE) as content:
        return build_client_schema(json.load(content)["data"], assume_valid=True)


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
