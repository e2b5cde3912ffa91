"""A shop behind the address of an adapter, and a limit that is looked at."""

import json

import responses

BASE = "https://example.myshopify.com/admin/api/2026-07"
URL = f"{BASE}/graphql.json"
TOKENS = "https://example.myshopify.com/admin/oauth/access_token"


class Rests:
    """A limit that only notes for how long it is to rest."""

    def __init__(self):
        self.seconds = []

    def take(self):
        pass

    def rest(self, seconds):
        self.seconds.append(seconds)


def serve(wire, shop):
    """Has the shop answer every query."""

    def answer(request):
        return 200, {}, json.dumps(shop.post(json.loads(request.body)))

    wire.add_callback(responses.POST, URL, answer)
    return shop


def said(wire, **answer):
    """Has the next query answered with this."""
    wire.post(URL, json=answer)
