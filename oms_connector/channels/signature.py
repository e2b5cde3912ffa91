"""Signatures of requests and events, compared in constant time."""

import base64
import hashlib
import hmac


def hmac_sha256_base64(secret: str, body: bytes) -> str:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def hmac_sha256_hex(secret: str, content: bytes) -> str:
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def same(expected: str, given: str) -> bool:
    """Whether two signatures are the same, in a time that tells nothing of either."""
    return hmac.compare_digest(expected.encode(), given.encode())
