"""The shop's webhooks that send us its events: made, mended and removed by us."""

from .api import RestApi

TOPICS = ("order.created", "order.updated", "order.deleted", "order.restored")
NAME = "Odoo"


def ours(api: RestApi, url: str) -> list[dict]:
    """Those that send to this address, whoever made them."""
    return [row for row in api.all("/webhooks") if row.get("delivery_url") == url]


def subscribe(api: RestApi, url: str, secret: str) -> int:
    """One active webhook for each topic, with this secret; what is too many goes.

    WooCommerce switches a webhook off after some failures and tells nobody; this
    switches it on again.

    :return: how many there are
    """
    found = ours(api, url)
    for topic in TOPICS:
        own = next((row for row in found if row.get("topic") == topic), None)
        content = {"status": "active", "secret": secret, "delivery_url": url}
        if own is None:
            api.post(
                "/webhooks", {"name": f"{NAME}: {topic}", "topic": topic, **content}
            )
        else:
            found.remove(own)
            api.put(f"/webhooks/{own['id']}", content)
    for row in found:
        api.delete(f"/webhooks/{row['id']}")
    return len(TOPICS)


def unsubscribe(api: RestApi, url: str) -> int:
    """:return: how many were removed"""
    found = ours(api, url)
    for row in found:
        api.delete(f"/webhooks/{row['id']}")
    return len(found)


def are_active(api: RestApi, url: str) -> bool:
    """Whether each topic is sent: WooCommerce may have switched some off."""
    active = {row.get("topic") for row in ours(api, url) if row["status"] == "active"}
    return active >= set(TOPICS)
