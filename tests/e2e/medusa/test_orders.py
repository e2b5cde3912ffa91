"""Orders and events of a real shop, as the adapter understands them."""

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from channels.address import missing, normalise
from channels.document import OrderState, PaymentState
from channels.errors import Unauthorised

from medusa.notices import all_of, line_of
from stack.shop_customer import AMERICAN


def test_an_order_with_tax_in_the_price(buy):
    order = buy({"SHIRT-M": 2, "MUG": 1})
    assert order.state is OrderState.OPEN
    assert order.currency == "EUR"
    assert order.tax_included
    assert order.total == Decimal("54.69")
    assert sum(line.amount for line in order.lines) == order.total
    assert line_of(order, "SHIRT-M").tax_rate == 19
    assert missing(normalise(order.shipping)) == ()
    assert order.billing.vat == "DE136695976"
    assert order.customer.external_id == ""  # a guest
    (payment,) = order.payments
    assert payment.state is PaymentState.AUTHORISED
    assert order.paid == order.total


def test_an_order_with_tax_on_top(buy):
    order = buy({"SHIRT-M": 3, "MUG": 1}, address=AMERICAN)
    assert not order.tax_included
    assert order.currency == "USD"
    # (3 * 22.35 + 10.01 + 5.50) * 1.081, which Medusa states as 89.24736
    assert order.total == Decimal("89.25")
    assert sum(line.amount + line.tax for line in order.lines) == order.total


def test_a_promotion_becomes_a_discount_of_the_lines(shop, buy):
    shop.call(
        "POST",
        "/admin/promotions",
        {
            "code": "SEVEN",
            "type": "standard",
            "status": "active",
            "application_method": {
                "type": "percentage",
                "target_type": "items",
                "allocation": "across",
                "value": 7,
                "currency_code": "eur",
            },
        },
    )
    order = buy({"SHIRT-M": 1, "MUG": 3, "BAG": 1}, codes=("SEVEN",))
    # 84.37 less 7 % are 78.4641, and 4.90 for delivery
    assert order.total == Decimal("83.36")
    assert sum(line.amount for line in order.lines) == order.total
    assert line_of(order, "SHIRT-M").unit_price == Decimal("19.90")
    assert line_of(order, "SHIRT-M").discount in (Decimal("1.39"), Decimal("1.40"))


def test_orders_come_since_a_time_oldest_first(adapter, buy):
    before = buy({"MUG": 1})
    since = datetime.now(UTC)
    after = [buy({"MUG": 1}) for _ in range(3)]
    found, _ = all_of(adapter.fetch_orders, since)
    assert [each.external_id for each in found] == [o.external_id for o in after]
    assert before.external_id not in [each.external_id for each in found]


def test_paging_leaves_out_nothing_that_changes_meanwhile(
    adapter, buy, shop, monkeypatch
):
    monkeypatch.setattr("channels.medusa.api.PAGE_SIZE", 2)
    since = datetime.now(UTC)
    orders = [buy({"MUG": 1}) for _ in range(5)]
    first = adapter.fetch_orders(since)
    # The first order changes while we read: it moves behind the others.
    path = f"/admin/orders/{orders[0].external_id}"
    shop.call("POST", path, {"metadata": {"touched": True}})
    found, cursor = list(first.items), first.cursor
    while cursor:
        page = adapter.fetch_orders(since, cursor)
        found, cursor = [*found, *page.items], page.cursor
    assert len(first.items) == 2
    ids = [each.external_id for each in found]
    assert set(ids) == {order.external_id for order in orders}
    assert ids.count(orders[0].external_id) == 2


def test_a_capture_made_in_the_shop_is_found_by_the_next_pull(
    adapter, buy, shop, shown
):
    order = buy({"MUG": 1})
    since = datetime.now(UTC)
    assert all_of(adapter.fetch_orders, since)[0] == []
    payment = shown(order)["payment_collections"][0]["payments"][0]
    shop.call("POST", f"/admin/payments/{payment['id']}/capture", {})
    (found,) = all_of(adapter.fetch_orders, since)[0]
    assert found.external_id == order.external_id
    (payment,) = adapter.parse_order(found.payload).payments
    assert payment.state is PaymentState.CAPTURED


def test_an_order_by_its_number(adapter, buy):
    order = buy({"MUG": 1})
    found = adapter.fetch_order(order.number)
    assert found.external_id == order.external_id
    assert adapter.fetch_order(f"#{order.number}") == found


def test_an_order_that_is_not_there_is_none(adapter):
    assert adapter.fetch_order("order_unknown") is None
    assert adapter.fetch_order("999999") is None


def test_orders_of_other_sales_channels_are_not_ours(buy, other_channel):
    order = buy({"MUG": 1})
    assert other_channel.fetch_order(order.external_id) is None
    since = order.created_at - timedelta(seconds=1)
    assert all_of(other_channel.fetch_orders, since)[0] == []
    assert other_channel.fetch_listings().items == ()


@pytest.fixture
def inbox():
    """A receiver of events: its address, and what came (headers, body)."""
    came, arrived = [], threading.Condition()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with arrived:
                came.append((headers, body))
                arrived.notify_all()
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def wait_for(topic):
        def found():
            return [each for each in came if topic.encode() in each[1]]

        with arrived:
            assert arrived.wait_for(found, timeout=30), f"no {topic} among {came}"
            return found()[0]

    yield f"http://127.0.0.1:{server.server_port}/event", wait_for
    server.shutdown()
    server.server_close()


def test_an_event_is_signed_and_names_its_order(adapter, shop, buy, shown, inbox):
    url, wait_for = inbox
    shop.send_events_to(url, adapter.settings.webhook_secret.get_secret_value())
    try:
        order = buy({"MUG": 1})
        placed = wait_for("order.placed")
        payment = shown(order)["payment_collections"][0]["payments"][0]
        shop.call("POST", f"/admin/payments/{payment['id']}/capture", {})
        paid = wait_for("payment.captured")
    finally:
        shop.send_no_events()
    for topic, (headers, body) in (
        ("order.placed", placed),
        ("payment.captured", paid),
    ):
        adapter.verify_event(headers, body, datetime.now(UTC))
        event = adapter.parse_event(headers, body.decode())
        assert (event.topic, event.external_id) == (topic, order.external_id)
    late = datetime.now(UTC) + timedelta(minutes=6)
    with pytest.raises(Unauthorised):
        adapter.verify_event(placed[0], placed[1], late)
    with pytest.raises(Unauthorised):
        adapter.verify_event(placed[0], placed[1] + b" ", datetime.now(UTC))
