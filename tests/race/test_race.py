"""A thousand attempts at the last units, in eight processes at the same moment.

Six channels sell ten products, alone and in kits, of which two nodes have a hundred
units in all. In the end each unit is reserved once, and whoever came too late is held
as short. Other seeds, or more of them:

    OMS_RACE_SEEDS=1,2,3,4,5 scripts/test tests/race
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stack import database, odoo_config

SEEDS = [int(seed) for seed in os.environ.get("OMS_RACE_SEEDS", "1").split(",")]
WORLDS = {"oms_connector": (150, 10), "oms_returns": (1000, 100)}
"""Attempts, and units of each product: with the connector alone, and with all."""
PRODUCTS = 10
PATIENCE = 900
RESERVED = """
    SELECT product.default_code, SUM(quant.reserved_quantity)::float
    FROM stock_quant AS quant
    JOIN stock_location AS place ON place.id = quant.location_id
    JOIN product_product AS product ON product.id = quant.product_id
    WHERE place.usage = 'internal'
    GROUP BY 1
"""
PROMISED = """
    SELECT product.default_code, SUM(line.quantity_product_uom)::float
    FROM stock_move_line AS line
    JOIN stock_location AS place ON place.id = line.location_id
    JOIN product_product AS product ON product.id = line.product_id
    WHERE place.usage = 'internal' AND line.state NOT IN ('done', 'cancel')
    GROUP BY 1
"""


@pytest.fixture(
    scope="module",
    params=[(addon, seed) for addon in WORLDS for seed in SEEDS],
    ids=lambda param: f"{param[0]}-seed-{param[1]}",
)
def sold(request):
    """The add-on, and the seed of what is bought."""
    return request.param


@pytest.fixture(scope="module")
def ask(sold, cluster, fresh_database):
    """Asks the database in which everything was sold."""
    addon, seed = sold
    name = fresh_database(database.with_kits(cluster, (addon,)))
    result = _sell_out(cluster, name, seed, *WORLDS[addon])
    print(f"\n{addon}, seed {seed}: {result}", flush=True)

    def ask(query, *arguments):
        with cluster.cursor(name) as cursor:
            cursor.execute(query, arguments)
            return cursor.fetchall()

    yield ask
    database.drop(cluster, name)


def _sell_out(cluster, name, seed, attempts, units) -> dict:
    config = odoo_config.write(cluster, name, name)
    environment = odoo_config.environment()
    environment["PYTHONPATH"] += os.pathsep + str(Path(__file__).parent)
    amounts = [f"--seed={seed}", f"--attempts={attempts}", f"--units={units}"]
    inside = [sys.executable, "-m", "stack.bench_inside", config, name, "sell_out"]
    done = subprocess.run(
        [*inside, *amounts],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert not done.returncode, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_each_unit_is_reserved_once(ask, sold):
    _attempts, units = WORLDS[sold[0]]
    assert dict(ask(RESERVED)) == {f"P{n}": units for n in range(PRODUCTS)}


def test_what_is_reserved_is_what_was_promised(ask):
    assert dict(ask(RESERVED)) == dict(ask(PROMISED))


def test_no_quant_has_promised_more_than_it_has(ask):
    assert not ask(
        """
        SELECT quant.id, quant.quantity, quant.reserved_quantity
        FROM stock_quant AS quant
        JOIN stock_location AS place ON place.id = quant.location_id
        WHERE place.usage = 'internal'
          AND quant.reserved_quantity > quant.quantity
        """
    )


def test_every_order_is_confirmed(ask):
    assert dict(ask("SELECT state, 1 FROM sale_order GROUP BY 1")) == {"sale": 1}


def test_nothing_is_stuck(ask):
    assert not ask(
        """
        SELECT 'message', state, error_text::text FROM oms_message
        -- These orders were handed in: the demo shop refuses to be told of them.
        WHERE kind <> 'acknowledgement'
          AND (state NOT IN ('done', 'ignored') OR traceback IS NOT NULL)
        UNION ALL
        SELECT 'job', state, exc_info FROM queue_job
        WHERE state NOT IN ('done', 'cancelled')
        UNION ALL
        SELECT 'stock mark', listing_id::text, '' FROM oms_stock_mark
        """
    )


def test_every_channel_shows_that_all_is_sold(ask):
    shown = ask(
        "SELECT sku, channel_id FROM oms_listing WHERE published_quantity > 0"
        " AND sku LIKE 'P%%'"
    )
    assert not shown


def test_whoever_came_too_late_is_held_as_short_and_nobody_else(ask):
    orders = ask(
        """
        SELECT sale.id,
               EXISTS (SELECT FROM oms_hold AS hold
                       JOIN oms_hold_type AS type ON type.id = hold.type_id
                       WHERE hold.order_id = sale.id AND hold.state = 'open'
                         AND type.code = 'goods_short') AS held,
               (SELECT SUM(line.product_uom_qty * COALESCE(kit.units, 1))
                FROM sale_order_line AS line
                JOIN product_product AS product ON product.id = line.product_id
                LEFT JOIN (
                    SELECT bom.product_tmpl_id, SUM(part.product_qty) AS units
                    FROM mrp_bom AS bom
                    JOIN mrp_bom_line AS part ON part.bom_id = bom.id
                    GROUP BY 1
                ) AS kit ON kit.product_tmpl_id = product.product_tmpl_id
                WHERE line.order_id = sale.id
                  AND product.default_code ~ '^[PK][0-9]$')::float AS ordered,
               (SELECT COALESCE(SUM(move.quantity), 0)
                FROM stock_move AS move
                JOIN sale_order_line AS line ON line.id = move.sale_line_id
                WHERE line.order_id = sale.id AND move.state <> 'cancel')::float AS got
        FROM sale_order AS sale WHERE sale.oms_channel_id IS NOT NULL
        """
    )
    assert [row for row in orders if row[1] != (row[3] < row[2])] == []
    assert {held for _order, held, _ordered, _got in orders} == {True, False}
