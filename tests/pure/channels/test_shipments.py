"""What each channel says of parcels, in the canonical document."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from channels.demo.adapter import Adapter, Settings
from channels.demo.memory import MemoryInProcess
from channels.document import NoticeItem
from channels.medusa.mapping import parse_order
from channels.notice import ShipmentNotice

RECORDED = Path(__file__).parent / "medusa"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def recorded():
    return json.loads((RECORDED / "order_returned_and_refunded.json").read_text())


def parsed(order):
    return parse_order(json.dumps(order)).shipments


def test_a_parcel_of_medusa_has_its_number_and_lines():
    order = recorded()
    (shipment,) = parsed(order)
    assert shipment.tracking_numbers == ("00340000000000000001",)
    assert shipment.items == (
        NoticeItem(line_id="ordli_01M85F5EH9X4TJA7MC1KEAJ7ZB", quantity=Decimal(3)),
    )


def test_a_fulfilment_of_medusa_that_has_not_left_is_no_parcel():
    order = recorded()
    order["fulfillments"][0]["shipped_at"] = None
    assert parsed(order) == ()


def test_a_cancelled_fulfilment_of_medusa_is_no_parcel():
    order = recorded()
    order["fulfillments"][0]["canceled_at"] = "2026-11-24T01:00:00.000Z"
    assert parsed(order) == ()


def test_an_article_of_medusa_that_is_counted_in_parts_counts_once():
    order = recorded()
    (row,) = order["fulfillments"][0]["items"]
    poles = {**row, "id": "fulit_2", "inventory_item_id": "iitem_2", "quantity": 6}
    order["fulfillments"][0]["items"].append(poles)
    assert parsed(order)[0].items[0].quantity == 3


def test_an_order_of_medusa_without_parcels_has_none():
    order = recorded()
    del order["fulfillments"]
    assert parsed(order) == ()


def test_the_demo_shop_tells_what_it_was_told():
    settings = Settings.build(
        seed=1,
        started_at=NOW - timedelta(hours=1),
        orders_per_hour=0,
        memory=MemoryInProcess(),
        catalogue=[
            {"sku": "TENT", "title": "Tent", "price": "249.95", "tax_rate": "19"}
        ],
        clock=lambda: NOW,
    )
    channel = Adapter(settings)
    reference = channel.shop.place_order([("TENT", 2)])
    line = channel.parse_order(channel.fetch_order(reference).payload).lines[0]
    item = NoticeItem(line_id=line.external_id, quantity=Decimal(1))
    for key, number in (("one", "JD1"), ("two", "")):
        channel.push_shipment(
            ShipmentNotice(
                key=key,
                order_id=reference,
                items=(item,),
                tracking_number=number,
                shipped_at=NOW,
            )
        )
    shipments = channel.parse_order(channel.fetch_order(reference).payload).shipments
    assert [each.tracking_numbers for each in shipments] == [("JD1",), ()]
    assert [each.items for each in shipments] == [(item,), (item,)]
