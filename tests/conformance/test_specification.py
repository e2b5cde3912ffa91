"""The check of requests finds what a channel would stumble over."""

import json

import pytest
import requests
import specification
from specification import OpenApi

NAMED = {
    "openapi": "3.0.3",
    "servers": [{"url": "https://{shop}/api", "variables": {"shop": {"default": "x"}}}],
    "security": [{"key": []}],
    "components": {
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
        "parameters": {
            "Page": {"name": "page", "in": "query", "schema": {"type": "integer"}}
        },
        "schemas": {
            "Parcel": {
                "type": "object",
                "required": ["carrier"],
                "properties": {
                    "carrier": {"type": "string", "enum": ["dhl", "dpd"]},
                    "number": {"type": "string", "nullable": True},
                    "lines": {
                        "type": "array",
                        "items": {"$ref": "#/components/schemas/Line"},
                    },
                    "id": {"type": "integer", "readOnly": True},
                },
            },
            "Line": {
                "allOf": [
                    {"type": "object", "properties": {"id": {"type": "string"}}},
                    {"properties": {"quantity": {"type": "integer", "minimum": 1}}},
                ]
            },
        },
    },
    "paths": {
        "/orders": {
            "get": {
                "parameters": [
                    {"$ref": "#/components/parameters/Page"},
                    {
                        "name": "status",
                        "in": "query",
                        "schema": {
                            "type": "array",
                            "items": {"type": "string", "enum": ["open", "sent"]},
                        },
                    },
                    {
                        "name": "since",
                        "in": "query",
                        "required": True,
                        "schema": {"type": "string", "format": "date-time"},
                    },
                ]
            }
        },
        "/orders/{id}/parcels": {
            "parameters": [
                {
                    "name": "id",
                    "in": "path",
                    "required": True,
                    "schema": {"type": "integer"},
                },
                {
                    "name": "X-Idempotency",
                    "in": "header",
                    "required": True,
                    "schema": {"type": "string"},
                },
            ],
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/Parcel"}
                        }
                    },
                }
            },
        },
    },
}
OLDER = {
    "swagger": "2.0",
    "basePath": "/v0",
    "definitions": {
        "Parcel": {
            "type": "object",
            "required": ["carrier"],
            "properties": {"carrier": {"type": "string"}},
        }
    },
    "paths": {
        "/parcels": {
            "get": {
                "parameters": [
                    {
                        "name": "state",
                        "in": "query",
                        "type": "array",
                        "items": {"type": "string", "enum": ["sent", "lost"]},
                    },
                    {
                        "name": "market",
                        "in": "query",
                        "required": True,
                        "type": "string",
                        "maxLength": 2,
                    },
                ]
            },
            "post": {
                "parameters": [
                    {
                        "name": "body",
                        "in": "body",
                        "required": True,
                        "schema": {"$ref": "#/definitions/Parcel"},
                    }
                ]
            },
        },
        "/token": {
            "post": {
                "parameters": [
                    {
                        "name": "grant",
                        "in": "formData",
                        "type": "string",
                        "required": True,
                        "enum": ["client"],
                    }
                ]
            }
        },
    },
}
SINCE = {"since": "2026-03-01T12:00:00Z"}
KEYS = {"X-Key": "k", "X-Idempotency": "i"}
PARCEL = {"carrier": "dhl", "number": None, "lines": [{"id": "1", "quantity": 2}]}


@pytest.fixture
def described(tmp_path, monkeypatch):
    monkeypatch.setenv("OMS_SPECS", str(tmp_path))

    def describe(content, **options):
        (tmp_path / "shop.json").write_text(json.dumps(content))
        return OpenApi("shop.json", **options)

    return describe


def faults(description, method, path, **options):
    request = requests.Request(method, f"http://127.0.0.1:1{path}", **options)
    return "; ".join(description.violations(request.prepare()))


def listing(**query):
    return {"method": "GET", "path": "/api/orders", "params": query, "headers": KEYS}


def parcel(**changes):
    body = {**PARCEL, **changes}
    body = {name: value for name, value in body.items() if value != "left out"}
    path = "/api/orders/7/parcels"
    return {"method": "POST", "path": path, "json": body, "headers": KEYS}


@pytest.mark.parametrize(
    "sent",
    [
        listing(**SINCE),
        listing(**SINCE, page=2, status=["open", "sent"]),
        parcel(),
        parcel() | {"path": "/orders/7/parcels"},
        parcel(number="left out", lines="left out"),
    ],
)
def test_what_is_described_is_no_violation(described, sent):
    assert faults(described(NAMED), **sent) == ""


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        (listing(), "'since' is missing"),
        (listing(**SINCE, pages=2), "no parameter 'pages'"),
        (listing(**SINCE, page="two"), "query 'page'"),
        (listing(**SINCE, page=[1, 2]), "given 2 times"),
        (listing(**SINCE, status="lost"), "'lost' is not one of"),
        (listing(since="yesterday"), "query 'since'"),
        (listing(**SINCE) | {"headers": {}}, "credentials are missing: X-Key"),
        (listing(**SINCE) | {"json": {"a": 1}}, "a body is not described"),
        (listing(**SINCE) | {"method": "PUT"}, "not described"),
        (listing(**SINCE) | {"path": "/api/order"}, "not described"),
        (listing(**SINCE) | {"path": "/elsewhere/orders"}, "not described"),
        (parcel(carrier="left out"), "'carrier' is a required property"),
        (parcel(carrier="ups"), "'ups' is not one of"),
        (parcel(carrier=None), "None for not nullable"),
        (parcel(number=7), "7 is not of type 'string'"),
        (parcel(tracking="7"), "no field 'tracking'"),
        (parcel(lines=[{"sku": "7"}]), "no field 'sku'"),
        (parcel(lines=[{"quantity": 0}]), "less than the minimum"),
        (parcel(id=7), "id"),
        (parcel() | {"path": "/api/orders/x/parcels"}, "path 'id'"),
        (parcel() | {"headers": {"X-Key": "k"}}, "header 'X-Idempotency' is missing"),
        (parcel() | {"json": None}, "the body is missing"),
        (parcel() | {"json": None, "data": {"carrier": "dhl"}}, "content type"),
    ],
)
def test_what_is_not_described_is_found(described, sent, fault):
    assert fault in faults(described(NAMED), **sent)


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        ({"method": "GET", "params": {"market": "DE", "state": "sent,lost"}}, ""),
        ({"method": "GET", "params": {"market": "DEU"}}, "too long"),
        ({"method": "GET", "params": {"state": "sent"}}, "'market' is missing"),
        ({"method": "GET", "params": {"market": "DE", "state": "sold"}}, "'sold'"),
        ({"method": "POST", "json": {"carrier": "dhl"}}, ""),
        ({"method": "POST", "json": {}}, "'carrier' is a required"),
        ({"method": "POST", "json": {"carrier": "dhl", "x": 1}}, "no field 'x'"),
        ({"method": "POST", "path": "/v0/token", "data": {"grant": "client"}}, ""),
        ({"method": "POST", "path": "/v0/token", "data": {"grant": "me"}}, "'me'"),
        ({"method": "POST", "path": "/v0/token", "data": {"other": "1"}}, "'grant'"),
    ],
)
def test_older_descriptions_are_read_as_well(described, sent, fault):
    found = faults(described(OLDER), **{"path": "/v0/parcels"} | sent)
    assert fault in found
    assert bool(found) == bool(fault)


def test_what_a_channel_documents_elsewhere_is_added(described):
    count = {"name": "pages", "in": "query", "schema": {"type": "integer"}}
    more = {"paths": {"/orders": {"get": {"parameters": [count]}}}}
    description = described(NAMED, additions=more)
    assert faults(description, **listing(**SINCE, pages=2)) == ""
    assert faults(description, **listing(page=2)) != ""


def test_tokens_stand_beside_the_description(described):
    description = described(NAMED, beside=("/auth/",), base="/mount")
    sent = {"method": "POST", "data": {"grant": "x"}}
    assert faults(description, path="/auth/token", **sent) == ""
    assert faults(description, path="/token", **sent) != ""
    assert faults(description, **listing(**SINCE) | {"path": "/mount/orders"}) == ""


def test_a_description_that_is_not_there_is_not_present(tmp_path, monkeypatch):
    monkeypatch.setenv("OMS_SPECS", str(tmp_path))
    assert not OpenApi("shop.json").present
    (tmp_path / "shop.json").write_text("{}")
    assert OpenApi("shop.json").present
    assert specification.published("shop.json") == tmp_path / "shop.json"
