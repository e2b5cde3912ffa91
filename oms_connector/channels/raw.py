"""Raw documents: a channel's content as it crossed the border, and read again."""

import json
from decimal import Decimal
from typing import Any

from .document import RawDocument
from .errors import Malformed
from .text import _lt


def raw(kind: str, external_id: object, content: Any) -> RawDocument:
    """Content of a channel as a raw document, its JSON compact."""
    return RawDocument.build(
        kind=kind,
        external_id=str(external_id),
        payload=json.dumps(content, ensure_ascii=False, separators=(",", ":")),
    )


def read(payload: str, what: str) -> dict[str, Any]:
    """The JSON object in a payload, its numbers exact.

    :raise Malformed: where it is none
    """
    try:
        content = json.loads(payload, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        raise Malformed(_lt("%(what)s: not JSON", what=what)) from None
    if not isinstance(content, dict):
        raise Malformed(_lt("%(what)s: not a JSON object", what=what))
    return content
