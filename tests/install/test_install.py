"""Each add-on comes alone with what it depends on, and goes without a trace.

The chain of all three is taken down one by one, as a person does by the button, and
compared after each with a database in which the removed add-on never was. So each
add-on's installation, and each one's removal, is seen once without and once with demo
data.
"""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from traces import row_counts, structure

from stack import database, odoo_config, settings

UNINSTALL = Path(__file__).with_name("uninstall.py")
CHAIN = ("oms_returns", "oms_allocation", "oms_connector")

BUSINESS = (
    "product: ",
    "number sequence: ",
    "sequence: ir_sequence_",
    "XML id: ",
    "parameter: product.",
)
"""What demo data makes or renames and what stays: records, Odoo's settings."""

IN_USE = (
    "XML id: product.product oms_connector.",
    "XML id: product.template oms_connector.",
    "XML id: stock.location oms_connector.",
    "XML id: stock.warehouse oms_connector.",
    "XML id: payment.method oms_connector.",
    "XML id: payment.provider oms_connector.",
    "payment method: oms_channel",
    "payment provider: none Paid at the channel",
)
"""What orders, deliveries and payments refer to. Odoo deletes no record in use, and
keeps its XML id, by which it is found again when the add-on comes back."""

GROWING = {
    "bus_bus",  # messages to open web clients
    "ir_attachment",  # the web client's bundles
    "ir_cron_trigger",
    "ir_logging",
    "ir_module_module",
    "ir_profile",
    "mail_message",  # Odoo notes in its own records what changes
    "orm_signaling_assets",
    "orm_signaling_default",
    "orm_signaling_groups",
    "orm_signaling_registry",
    "orm_signaling_routing",
    "orm_signaling_stable",
    "orm_signaling_templates",
}
"""Tables that Odoo itself adds rows to whenever modules come and go."""


def addons_below(addon):
    """What is still there once the add-on is gone."""
    return CHAIN[CHAIN.index(addon) + 1 :][:1]


@pytest.fixture(scope="module")
def without(cluster):
    """The traces of a database in which the add-on, and what needs it, never was."""

    def look(addon):
        below = addons_below(addon)
        if below:
            name = database.with_addons(cluster, below)
        else:
            name = database.with_dependencies(cluster)
        return traces(cluster, name)

    return look


def traces(cluster, name):
    with (
        closing(psycopg2.connect(cluster.url(name))) as connection,
        connection.cursor() as cursor,
    ):
        return structure(cursor), row_counts(cursor)


def uninstall(cluster, name, addon):
    config = odoo_config.write(cluster, name, name)
    result = subprocess.run(
        [sys.executable, str(UNINSTALL), config, name, addon],
        env=odoo_config.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-3000:]


def test_each_goes_without_a_trace(cluster, fresh_database, without):
    name = fresh_database(database.with_addons(cluster, CHAIN[:1]))
    for addon in CHAIN:
        uninstall(cluster, name, addon)
        (found, rows), (expected, rows_before) = traces(cluster, name), without(addon)
        assert sorted(found - expected) == [], f"left by {addon}"
        assert sorted(expected - found) == [], f"lost with {addon}"
        grown = {
            table: (rows_before[table], count)
            for table, count in rows.items()
            if count != rows_before[table] and table not in GROWING
        }
        assert grown == {}, f"rows before and after {addon}"
    # What went can come again.
    database.install(cluster, name, modules=list(settings.ADDONS))


def test_each_goes_with_demo_data_and_leaves_the_merchant_s_records(
    cluster, fresh_database, without
):
    name = fresh_database(database.with_addons(cluster, CHAIN[:1]))
    database.install(cluster, name, demo_of=list(settings.ADDONS))
    for addon in CHAIN:
        uninstall(cluster, name, addon)
        found, rows = traces(cluster, name)
        expected, _rows = without(addon)
        left = {trace for trace in found - expected if not trace.startswith(BUSINESS)}
        left |= {trace for trace in found if f" {addon}." in trace}
        left = {trace for trace in left if not trace.startswith(IN_USE)}
        assert sorted(left) == [], f"left by {addon}"
        lost = {trace for trace in expected - found if not trace.startswith(BUSINESS)}
        assert sorted(lost) == [], f"lost with {addon}"
    assert rows["sale_order"] > 0
    assert rows["stock_picking"] > 0
    # What went can come again, and makes nothing twice that is still there.
    database.install(cluster, name, modules=list(settings.ADDONS))
    _found, again = traces(cluster, name)
    kept = ("payment_provider", "payment_method", "sale_order", "stock_warehouse")
    assert {table: again[table] - rows[table] for table in kept} == dict.fromkeys(
        kept, 0
    )
    # Those for fees and for rounding, which no order of the demo company has.
    assert again["product_template"] == rows["product_template"] + 2
