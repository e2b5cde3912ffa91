"""The app's webhooks in a shop that send us its events: made and removed by us."""

from .api import AdminApi
from .paging import every

OF_ORDER = ["id", "admin_graphql_api_id", "updated_at"]
OF_REFUND = ["id", "order_id", "created_at"]
OF_RETURN = ["id", "order", "status"]
TOPICS = {
    "ORDERS_CREATE": OF_ORDER,
    "ORDERS_UPDATED": OF_ORDER,
    "REFUNDS_CREATE": OF_REFUND,
    "RETURNS_REQUEST": OF_RETURN,
    "RETURNS_APPROVE": OF_RETURN,
    "RETURNS_CLOSE": OF_RETURN,
    "RETURNS_CANCEL": OF_RETURN,
}
"""Topics, and what of each we have sent: whose order, and what tells one event from
the next. The customer's data do not travel: the order is fetched.
"""


def _ours(api: AdminApi, url: str) -> list[dict]:
    """Those that send to this address."""
    found = every(api, "webhooks", "webhookSubscriptions", uri=url)
    return [row for row in found if row["uri"] == url]


def subscribe(api: AdminApi, url: str) -> int:
    """One webhook for each topic; what is too many, or sends other fields, goes.

    Shopify removes a webhook after it failed for long and tells nobody; this makes it
    again.

    :return: how many there are
    """
    missing = dict(TOPICS)
    for row in _ours(api, url):
        if missing.get(row["topic"]) == row["includeFields"]:
            del missing[row["topic"]]
        else:
            api.mutate("webhook_delete", id=row["id"])
    for topic, fields in missing.items():
        webhook = {"uri": url, "format": "JSON", "includeFields": fields}
        api.mutate("webhook_create", topic=topic, webhook=webhook)
    return len(TOPICS)


def unsubscribe(api: AdminApi, url: str) -> int:
    """:return: how many were removed"""
    found = _ours(api, url)
    for row in found:
        api.mutate("webhook_delete", id=row["id"])
    return len(found)
