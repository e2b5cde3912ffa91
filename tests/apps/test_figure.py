"""The figure in SQL against a slow, plain reference, over 2,000 random worlds.

OMS_FIGURE_SEED=123 scripts/test tests/apps/test_figure.py     that run again
"""

import os
import secrets

import figure_reference
import figure_worlds
from figure_rows import Rows
from odoo.addons.oms_connector.tests.common import ConnectorCase

WORLDS = 2000
SEED = int(os.environ.get("OMS_FIGURE_SEED") or secrets.randbelow(1_000_000))


class TestFigure(ConnectorCase):
    def test_no_world_differs_from_the_reference(self):
        print(f"\nOMS_FIGURE_SEED={SEED}", flush=True)
        sources, worlds, rules = figure_worlds.make(SEED, WORLDS)
        rows = Rows(self.env, sources, worlds, rules).write()
        listings = self.env["oms.listing"].browse(rows.listings.values())
        figures = listings._offers()
        differences, above_0, ahead = [], 0, 0
        everywhere = [rule for rule in rules if not (rule.world or rule.listing)]
        for world in worlds:
            own = [
                rule
                for rule in rules
                if rule.world is world or rule.listing in world.listings
            ]
            for listing in world.listings:
                wanted = figure_reference.figure(
                    world, listing, sources, everywhere + own
                )
                wanted = {
                    rows.nodes[node].id: (units, rows.day(days))
                    for node, (units, days) in wanted.items()
                }
                found = figures[rows.listings[listing]]
                above_0 += any(units for units, _day in found.values())
                ahead += any(day for _units, day in found.values())
                if found != wanted:
                    differences.append((world, listing, wanted, found))
        self.assertFalse(differences[:3], f"{len(differences)} of {len(figures)}")
        self.assertGreater(above_0, len(figures) / 10, "worlds with nothing to sell")
        self.assertGreater(ahead, len(figures) / 100, "worlds that wait for nothing")
