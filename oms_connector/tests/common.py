"""The world of the connector's tests: one shop, one warehouse, two products."""

from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from unittest.mock import patch

from odoo.addons.oms_connector.channels.adapter import (
    Capability,
    ChannelAdapter,
    Settings,
)
from odoo.addons.oms_connector.channels.document import (
    Address,
    ChannelOrder,
    Check,
    Customer,
    LineKind,
    OrderLine,
    Page,
    PaymentInfo,
    PaymentState,
    RawDocument,
)
from odoo.addons.oms_connector.channels.errors import Malformed
from odoo.addons.oms_connector.channels.notice import Receipt
from odoo.addons.oms_connector.channels.offer import ItemResult
from odoo.tests import TransactionCase, new_test_user

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


class ShelfAdapter(ChannelAdapter):
    """A channel whose orders lie on a shelf and whose notices are kept in lists.

    Its payload is the canonical document itself, so a test says just what it means.
    """

    code = "demo"
    title = "Shelf"
    capabilities = frozenset(Capability) - {
        Capability.ACKNOWLEDGEMENT,
        Capability.PAYOUTS,
    }
    settings_class = Settings
    stock_portion = 50

    def __init__(self):
        super().__init__(Settings())
        self.orders, self.sent = {}, []
        self.refused, self.trouble = {}, None
        self.shown, self.prices = {}, {}

    def _check(self):
        if self.trouble:
            raise self.trouble

    def put(self, order):
        """Lay an order on the shelf and return it as the channel would send it."""
        self.orders[order.external_id] = order
        return RawDocument(
            kind="order",
            external_id=order.external_id,
            payload=order.model_dump_json(),
        )

    def test_connection(self):
        self._check()
        return (Check(question="Answers", passed=True),)

    def fetch_orders(self, since, cursor=None):
        self._check()
        orders = [o for o in self.orders.values() if not since or o.updated_at >= since]
        start = int(cursor or 0)
        page = tuple(self.put(order) for order in orders[start : start + 2])
        more = start + 2 < len(orders)
        return Page(items=page, cursor=str(start + 2) if more else None)

    def fetch_order(self, reference):
        self._check()
        order = self.orders.get(reference)
        return order and self.put(order)

    def parse_order(self, payload):
        try:
            return ChannelOrder.model_validate_json(payload)
        except ValueError as error:
            raise Malformed("No order", detail=str(error)[:200]) from None

    def fetch_listings(self, cursor=None):
        return Page(items=())

    def fetch_locations(self):
        return ()

    def fetch_returns(self, since, cursor=None):
        return Page(items=())

    def push_stock(self, levels):
        self._check()
        self.sent += levels
        return tuple(
            ItemResult(
                sku=level.listing.sku,
                location=getattr(level, "location", ""),
                error=self.refused.get(level.listing.sku, ""),
            )
            for level in levels
        )

    push_prices = push_stock

    def fetch_stock(self, cursor=None):
        self._check()
        return Page(items=tuple(self.shown.values()))

    def fetch_prices(self, cursor=None):
        self._check()
        return Page(items=tuple(self.prices.values()))

    def _take(self, notice):
        self._check()
        self.sent.append(notice)
        return Receipt(reference=f"taken-{notice.key}")

    push_shipment = push_cancellation = push_capture = push_refund = push_return = _take


class ConnectorCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.company = cls.env.company
        cls.germany = cls.env.ref("base.de")
        cls.warehouse = cls.env["stock.warehouse"].create(
            {"name": "Hamburg", "code": "HAM"}
        )
        cls.tent, cls.lamp = cls.env["product.product"].create(
            [
                {"name": "Tent", "default_code": "TENT", "is_storable": True},
                {"name": "Lamp", "default_code": "LAMP", "is_storable": True},
            ]
        )
        cls.set_stock(cls.tent, 10)
        cls.set_stock(cls.lamp, 5)
        cls.channel = cls.env["oms.channel"].create(
            {
                "name": "Outdoor shop",
                "adapter": "demo",
                "warehouse_ids": [(6, 0, cls.warehouse.ids)],
                "orders_since": False,
                "duplicate_minutes": 0,  # the same customer buys in every test
                "state": "connected",
            }
        )
        cls.listings = cls.env["oms.listing"].create(
            [
                {
                    "channel_id": cls.channel.id,
                    "sku": "S-TENT",
                    "product_id": cls.tent.id,
                },
                {
                    "channel_id": cls.channel.id,
                    "sku": "S-LAMP",
                    "product_id": cls.lamp.id,
                },
            ]
        )
        cls.support = new_test_user(
            cls.env, "oms_support", "oms_connector.group_support"
        )
        cls.picker = new_test_user(
            cls.env, "oms_picker", "oms_connector.group_warehouse"
        )
        cls.accountant = new_test_user(
            cls.env, "oms_accountant", "oms_connector.group_accounting"
        )
        cls.channel_admin = new_test_user(
            cls.env, "oms_admin", "oms_connector.group_channel_admin"
        )

    def setUp(self):
        super().setUp()
        self.adapter = ShelfAdapter()
        model = type(self.env["oms.channel"])
        self.startPatcher(patch.object(model, "_adapter", lambda channel: self.adapter))
        self.startPatcher(
            patch.object(
                model, "_capabilities", lambda channel: ShelfAdapter.capabilities
            )
        )
        # Scheduled actions commit portion after portion, which a test must not.
        self.startPatcher(
            patch.object(
                type(self.env["ir.cron"]),
                "_commit_progress",
                lambda _cron, *_args, **_options: float("inf"),
            )
        )

    # --- The warehouse ---

    @classmethod
    def set_stock(cls, product, quantity, warehouse=None):
        location = (warehouse or cls.warehouse).lot_stock_id
        cls.env["stock.quant"]._update_available_quantity(
            product,
            location,
            quantity
            - cls.env["stock.quant"]._get_available_quantity(product, location),
        )

    @classmethod
    def tax(cls, rate=19.0, included=True):
        """A sale tax of our own, so that the test knows what it computes with."""
        return cls.env["account.tax"].create(
            {
                "name": f"Test {rate} {included}",
                "amount": rate,
                "type_tax_use": "sale",
                "price_include_override": "tax_included"
                if included
                else "tax_excluded",
            }
        )

    # --- What a channel sends ---

    def address(self, **changes):
        return Address(
            **{
                "name": "Jörg Müller",
                "street": "Lange Straße 7",
                "postcode": "20095",
                "city": "Hamburg",
                "country": "DE",
                "email": "joerg@example.com",
            }
            | changes
        )

    def line(self, number=1, sku="S-TENT", price="100.00", quantity=1, **changes):
        return OrderLine(
            **{
                "external_id": f"line-{number}",
                "sku": sku,
                "title": sku.title(),
                "unit_price": Decimal(price),
                "quantity": Decimal(quantity),
                "tax_rate": Decimal(19),
            }
            | changes
        )

    def shipping(self, price="4.90"):
        return self.line(9, "", price, kind=LineKind.SHIPPING, title="Parcel")

    def order(self, number="1001", lines=None, paid=True, **changes):
        """An order of the channel; its total is the sum of its lines, unless given."""
        lines = tuple(lines or [self.line()])
        total = changes.pop("total", None)
        if total is None:
            total = sum((line.amount for line in lines), Decimal(0))
        payment = PaymentInfo(
            external_id=f"pay-{number}",
            state=PaymentState.CAPTURED if paid else PaymentState.PENDING,
            amount=Decimal(total),
            captured=Decimal(total) if paid else Decimal(0),
        )
        values = {
            "external_id": f"order-{number}",
            "number": number,
            "created_at": NOON,
            "updated_at": NOON,
            "currency": self.company.currency_id.name,
            "tax_included": True,
            "customer": Customer(external_id=f"c-{number}", name="Jörg Müller"),
            "billing": self.address(),
            "shipping": self.address(),
            "lines": lines,
            "payments": (payment,),
            "total": Decimal(total),
        }
        return ChannelOrder(**(values | changes))

    # --- What we do with it ---

    def take(self, *orders):
        """Let the channel send orders and process them; returns the sale orders."""
        messages = self.store(*orders)
        self.env["oms.message"]._process(messages.ids)
        return self.found(*orders)

    def store(self, *orders):
        raws = [self.adapter.put(order) for order in orders]
        return self.env["oms.message"]._store(self.channel, raws)

    def found(self, *orders):
        return self.env["sale.order"].search(
            [
                ("oms_channel_id", "=", self.channel.id),
                ("oms_external_id", "in", [order.external_id for order in orders]),
            ],
            order="id",
        )

    def outbox(self, kind=None):
        """What waits to be sent, or was."""
        domain = [("channel_id", "=", self.channel.id), ("direction", "=", "out")]
        return self.env["oms.message"].search(
            domain + ([("kind", "=", kind)] if kind else []), order="id"
        )

    def deliver(self):
        """Send the outbox, as the job runner would."""
        waiting = self.outbox().filtered(lambda m: m.state in ("pending", "failed"))
        self.env["oms.message"]._process(waiting.ids)

    def open_holds(self, order):
        return set(
            order.oms_hold_ids.filtered(lambda h: h.state == "open").mapped(
                "type_id.code"
            )
        )

    def hold_by_hand(self, orders, reason="Customer called", user=None):
        """Have somebody stop orders, by default support; returns the holds."""
        action = orders.with_user(user or self.support).action_oms_hold()
        wizard = (
            self.env[action["res_model"]]
            .with_user(user or self.support)
            .with_context(**action["context"])
        )
        wizard.create({"reason": reason}).action_hold()
        return orders.oms_hold_ids.filtered(
            lambda hold: hold.state == "open" and hold.type_id.code == "manual"
        )

    def push_prices(self):
        """What commits with a change of prices, and then the channel's job."""
        self.env.cr.precommit.run()
        self.env["oms.channel"]._push_prices(self.channel.id)

    def hold_that_blocks(self, order, *steps):
        """Hold the order from just these steps."""
        kind = self.env["oms.hold.type"].create(
            {
                "name": "Look at it",
                "code": "-".join(steps),
                "group_id": self.env.ref("oms_connector.group_support").id,
                "way_out": "Let it go",
                "blocks_confirm": False,
                **{f"blocks_{step}": True for step in steps},
            }
        )
        return order._oms_hold(kind.code, lambda _env: "It looks odd.")

    def ship(self, picking, quantity=None):
        """Validate a delivery, whole, or so many of each move."""
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty if quantity is None else quantity
            move.picked = True
        picking.with_context(skip_backorder=True, skip_sms=True).button_validate()

    @contextmanager
    def raised(self, error):
        self.adapter.trouble = error
        try:
            yield
        finally:
            self.adapter.trouble = None
