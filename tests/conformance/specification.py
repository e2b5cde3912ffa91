"""Whether a request is one that the channel's published description allows.

`OpenApi` reads descriptions of OpenAPI 2, 3.0 and 3.1. A channel that is described
otherwise (a GraphQL schema, an XSD) brings a `Specification` of its own.

It is stricter than the standard, which lets pass what it does not know: a parameter
or a field without a description is a violation, for a channel passes over it in
silence.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

import requests
import yaml
from openapi_schema_validator import OAS30WriteValidator, OAS31Validator

HERE = Path(__file__).parent
METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
FORM = "application/x-www-form-urlencoded"
SHORTEST = 80
"""Of a fault, so many characters say enough."""


class Specification(Protocol):
    @property
    def present(self) -> bool:
        """Whether there is something on this machine to compare with."""

    def violations(self, request: requests.PreparedRequest) -> list[str]:
        """What is wrong with the request, each fault in words; empty if nothing."""


def published(name: str) -> Path | None:
    """The file with this name: ours, or in the folder `OMS_SPECS`.

    Without that, in `shared/specs` beside the project or further out.
    """
    folders = [HERE / "specs"]
    if chosen := os.environ.get("OMS_SPECS"):
        folders.append(Path(chosen))
    else:
        folders += [folder / "shared" / "specs" for folder in HERE.parents]
    return next((f / name for f in folders if (f / name).is_file()), None)


class OpenApi:
    """Published descriptions of one channel, compared with what is sent to it.

    :param names: files, as `published` finds them; JSON or YAML
    :param str base: what the subject's addresses have before the described paths,
        besides what the description says itself
    :param beside: beginnings of paths that are described nowhere, as of tokens
    :param additions: what the channel has documented elsewhere, and the description
        lacks; laid over it
    """

    def __init__(
        self,
        *names: str,
        base: str = "",
        beside: Iterable[str] = (),
        additions: Mapping | None = None,
    ):
        self._names = names
        self._base = base.rstrip("/")
        self._beside = tuple(beside)
        self._additions = additions or {}

    @property
    def present(self) -> bool:
        return all(published(name) for name in self._names)

    @cached_property
    def _documents(self) -> list["Document"]:
        return [
            Document(_laid_over(_read(published(name)), self._additions))
            for name in self._names
        ]

    def violations(self, request: requests.PreparedRequest) -> list[str]:
        path = urlsplit(request.url).path
        if path.startswith(self._beside or ("\0",)):
            return []
        found = [
            match
            for document in self._documents
            for match in document.matches(request.method, path, self._base)
        ]
        if not found:
            return [f"{request.method} {path}: not described"]
        # Of `/orders/{id}` and `/orders/count`, the one that says more.
        operation, values = max(found, key=lambda match: match[0].literal)
        return [
            f"{request.method} {operation.path}: {fault}"
            for fault in operation.faults(request, values)
        ]


def _read(path: Path) -> dict:
    text = path.read_text()
    return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)


def _laid_over(below: Any, above: Any) -> Any:
    if isinstance(below, list) and isinstance(above, list):
        return [*below, *above]
    if not (isinstance(below, dict) and isinstance(above, Mapping)):
        return above
    both = {key: _laid_over(below[key], above[key]) for key in below.keys() & above}
    return {**below, **above, **both}


class Document:
    """One description."""

    def __init__(self, content: dict):
        self.content = content
        newer = str(content.get("openapi", "")).startswith("3.1")
        self._validator = (OAS31Validator if newer else OAS30WriteValidator)(
            content, format_checker=OAS31Validator.FORMAT_CHECKER
        )

    def resolved(self, part: Any) -> Any:
        """What a reference means, else the part itself."""
        while isinstance(part, dict) and "$ref" in part:
            target = self.content
            for step in part["$ref"].removeprefix("#/").split("/"):
                target = target[unquote(step).replace("~1", "/").replace("~0", "~")]
            part = target
        return part

    @cached_property
    def bases(self) -> set[str]:
        bases = {"", self.content.get("basePath", "").rstrip("/")}
        for server in self.content.get("servers", ()):
            url = server["url"]
            for name, variable in server.get("variables", {}).items():
                url = url.replace(f"{{{name}}}", variable["default"])
            bases.add(urlsplit(url).path.rstrip("/"))
        return bases

    @cached_property
    def _operations(self) -> list["Operation"]:
        return [
            Operation(self, method, path, item)
            for path, item in self.content["paths"].items()
            for method in METHODS
            if method in item
        ]

    def matches(
        self, method: str, path: str, base: str
    ) -> Iterator[tuple["Operation", dict[str, str]]]:
        for start in self.bases | {base}:
            if path.startswith(start):
                for operation in self._operations:
                    if operation.method != method.lower():
                        continue
                    if values := operation.pattern.fullmatch(path[len(start) :]):
                        yield operation, operation.path_values(values)

    def faults_of(self, schema: Any, value: Any, where: str) -> Iterator[str]:
        """What of a value its schema does not allow."""
        for error in self._validator.evolve(schema=schema or {}).iter_errors(value):
            place = "".join(f"[{part!r}]" for part in error.absolute_path)
            yield f"{where}{place}: {error.message[:SHORTEST]}"
        yield from self._unknown(schema or {}, value, where)

    def _unknown(self, schema: Any, value: Any, where: str) -> Iterator[str]:
        """Fields that no schema names, wherever fields are named at all."""
        parts = list(self.parts(schema))
        if isinstance(value, list):
            items = {"anyOf": [part["items"] for part in parts if "items" in part]}
            for index, each in enumerate(value):
                yield from self._unknown(items, each, f"{where}[{index}]")
        elif isinstance(value, dict):
            named = _named(parts)
            for name, each in value.items():
                if name in named:
                    place = f"{where}[{name!r}]"
                    yield from self._unknown({"anyOf": named[name]}, each, place)
                elif named:
                    yield f"{where}: no field {name!r} is described"

    def parts(self, schema: Any) -> Iterator[dict]:
        """The schema and those that it is made of."""
        schema = self.resolved(schema)
        if isinstance(schema, dict):
            yield schema
            for keyword in ("allOf", "anyOf", "oneOf"):
                for each in schema.get(keyword, ()):
                    yield from self.parts(each)


class Operation:
    """One method of one path."""

    def __init__(self, document: Document, method: str, path: str, item: dict):
        self.document, self.method, self.path = document, method, path
        self._content = item[method]
        pieces = re.split(r"(\{[^}]+\})", path)
        self._names = [piece[1:-1] for piece in pieces if piece.startswith("{")]
        self.literal = sum(len(p) for p in pieces if not p.startswith("{"))
        self.pattern = re.compile(
            "".join(
                "([^/]+)" if piece.startswith("{") else re.escape(piece)
                for piece in pieces
            )
            + "/?"
        )
        described = [*item.get("parameters", ()), *self._content.get("parameters", ())]
        self._parameters = [document.resolved(each) for each in described]

    def path_values(self, match: re.Match) -> dict[str, str]:
        return dict(zip(self._names, map(unquote, match.groups()), strict=True))

    def _among(self, place: str) -> dict[str, dict]:
        return {each["name"]: each for each in self._parameters if each["in"] == place}

    def faults(
        self, request: requests.PreparedRequest, values: dict[str, str]
    ) -> Iterator[str]:
        for name, value in values.items():
            if described := self._among("path").get(name):
                yield from self._value_faults(described, [value], name)
        yield from self._query_faults(request)
        yield from self._header_faults(request)
        yield from self._body_faults(request)

    # --- Parameters ---

    def _query_faults(self, request: requests.PreparedRequest) -> Iterator[str]:
        given: dict[str, list[str]] = {}
        query = urlsplit(request.url).query
        for name, value in parse_qsl(query, keep_blank_values=True):
            given.setdefault(name, []).append(value)
        described = self._among("query")
        keys = set(self._key_names("query"))
        for name, values in given.items():
            each = described.get(name) or described.get(name.removesuffix("[]"))
            if each:
                yield from self._value_faults(each, values, name)
            elif name not in keys:
                yield f"query: no parameter {name!r} is described"
        for name, each in described.items():
            if each.get("required") and not given.keys() & {name, f"{name}[]"}:
                yield f"query: {name!r} is missing"

    def _header_faults(self, request: requests.PreparedRequest) -> Iterator[str]:
        for name, each in self._among("header").items():
            # Described elsewhere, says the standard.
            if name.lower() in ("accept", "content-type", "authorization"):
                continue
            if name in request.headers:
                yield from self._value_faults(each, [request.headers[name]], name)
            elif each.get("required"):
                yield f"header {name!r} is missing"
        needed = list(self._key_names("header"))
        if needed and not any(name in request.headers for name in needed):
            yield f"credentials are missing: {' or '.join(sorted(set(needed)))}"

    def _key_names(self, place: str) -> Iterator[str]:
        """Where the credentials may stand, if the operation wants any."""
        content = self.document.content
        schemes = content.get("components", {}).get("securitySchemes") or content.get(
            "securityDefinitions", {}
        )
        for wanted in self._content.get("security", content.get("security", ())):
            for name in wanted:
                scheme = schemes.get(name, {})
                if scheme.get("type") != "apiKey":
                    scheme = {"in": "header", "name": "Authorization"}
                if scheme["in"] == place:
                    yield scheme["name"]

    def _value_faults(
        self, described: dict, texts: list[str], name: str
    ) -> Iterator[str]:
        """Compare a parameter's texts with its schema, as what they would mean."""
        schema = self.document.resolved(described.get("schema") or described)
        types = {
            kind
            for part in self.document.parts(schema)
            for kind in _listed(part.get("type"))
        }
        where = f"{described['in']} {name!r}"
        if "array" not in types:
            if len(texts) > 1:
                yield f"{where}: given {len(texts)} times"
            yield from self._faults_of_text(schema, types, texts[-1], where)
            return
        joined = described.get("explode") is False or (
            described.get("collectionFormat", "csv") == "csv"
            and "schema" not in described
        )
        if joined or len(texts) == 1:
            texts = [part for text in texts for part in text.split(",")]
        items = self.document.resolved(schema.get("items", {}))
        kinds = _listed(items.get("type"))
        for text in texts:
            yield from self._faults_of_text(items, kinds, text, where)

    def _faults_of_text(
        self, schema: dict, types: Iterable[str], text: str, where: str
    ) -> Iterator[str]:
        value: Any = text
        if {"integer", "number"} & set(types) and re.fullmatch(r"-?\d+(\.\d+)?", text):
            value = json.loads(text) if "." in text else int(text)
        elif "boolean" in types and text in ("true", "false"):
            value = text == "true"
        # An older description has its schema beside `in` and `required`.
        schema = {
            k: v for k, v in schema.items() if k not in ("in", "required", "name")
        }
        yield from self.document.faults_of(schema, value, where)

    # --- Body ---

    def _described_body(self) -> tuple[dict[str, dict], bool]:
        """Schemas by content type, and whether there must be a body."""
        body = self.document.resolved(self._content.get("requestBody"))
        if body:
            kinds = {
                kind: self.document.resolved(content).get("schema", {})
                for kind, content in body["content"].items()
            }
            return kinds, body.get("required", False)
        if bodies := list(self._among("body").values()):
            return {"application/json": bodies[0]["schema"]}, bodies[0].get(
                "required", False
            )
        if fields := self._among("formData"):
            needed = [name for name, each in fields.items() if each.get("required")]
            schema = {"type": "object", "properties": fields}
            return {FORM: schema | ({"required": needed} if needed else {})}, bool(
                needed
            )
        return {}, False

    def _body_faults(self, request: requests.PreparedRequest) -> Iterator[str]:
        kinds, required = self._described_body()
        if not request.body:
            if required:
                yield "the body is missing"
            return
        if not kinds:
            # An empty object is what some libraries send for nothing.
            if request.body not in (b"{}", "{}"):
                yield "a body is not described"
            return
        kind = request.headers.get("Content-Type", "").partition(";")[0].strip()
        described = [
            schema
            for name, schema in kinds.items()
            if re.fullmatch(re.escape(name).replace(r"\*", ".*"), kind)
        ]
        if not described:
            yield f"the content type {kind!r} is not among {', '.join(kinds)}"
        elif kind == FORM:
            yield from self.document.faults_of(
                described[0], dict(parse_qsl(_text(request.body))), "body"
            )
        elif kind.endswith("json"):
            yield from self.document.faults_of(
                described[0], json.loads(request.body), "body"
            )


def _named(parts: list[dict]) -> dict[str, list]:
    """Schemas of the fields, none where any field may be."""
    named: dict[str, list] = {}
    for part in parts:
        if part.get("additionalProperties") or part.get("patternProperties"):
            return {}
        for name, each in part.get("properties", {}).items():
            named.setdefault(name, []).append(each)
    return named


def _listed(value: Any) -> list:
    return value if isinstance(value, list) else [value] if value else []


def _text(body: str | bytes) -> str:
    return body.decode() if isinstance(body, bytes) else body
