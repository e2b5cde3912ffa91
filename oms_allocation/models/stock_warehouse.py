from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..sourcing.geography import Position, locate
from ..sourcing.problem import Node


class StockWarehouse(models.Model):
    """A warehouse as a node: a place that can fulfil orders."""

    _inherit = "stock.warehouse"

    oms_node_kind = fields.Selection(
        [
            ("warehouse", "Warehouse"),
            ("store", "Store"),
            ("third_party", "Third-party logistics"),
            ("supplier", "Supplier"),
        ],
        string="Kind of Node",
        default="warehouse",
        required=True,
    )
    oms_latitude = fields.Float(
        string="Latitude",
        digits=(9, 6),
        compute="_compute_oms_position",
        store=True,
        readonly=False,
        help="Degrees, north positive. Taken from the address, roughly; 0 and 0 mean "
        "that nobody knows it.",
    )
    oms_longitude = fields.Float(
        string="Longitude",
        digits=(9, 6),
        compute="_compute_oms_position",
        store=True,
        readonly=False,
        help="Degrees, east positive.",
    )
    oms_closed = fields.Boolean(
        string="Closed Today", help="New orders go to the other nodes."
    )
    oms_closed_reason = fields.Char(string="Closed Because")
    oms_country_ids = fields.Many2many(
        "res.country",
        "oms_node_country_rel",
        "warehouse_id",
        "country_id",
        string="Countries Served",
        help="Where it delivers to; empty means everywhere.",
    )

    # === COMPUTE METHODS === #

    @api.depends("partner_id.country_id", "partner_id.zip")
    def _compute_oms_position(self):
        for node in self:
            address = node.partner_id
            place = locate(address.country_id.code, address.zip)
            node.oms_latitude = place.latitude if place else 0.0
            node.oms_longitude = place.longitude if place else 0.0

    # === CONSTRAINT METHODS === #

    @api.constrains("oms_latitude", "oms_longitude")
    def _check_oms_position(self):
        for node in self:
            try:
                Position(node.oms_latitude, node.oms_longitude)
            except ValueError:
                raise ValidationError(
                    self.env._(
                        "%(node)s: there is no such position as %(latitude)s, "
                        "%(longitude)s. Latitudes go from -90 to 90, longitudes from "
                        "-180 to 180.",
                        node=node.name,
                        latitude=node.oms_latitude,
                        longitude=node.oms_longitude,
                    )
                ) from None

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if {"oms_closed", "oms_country_ids"} & vals.keys():
            self.env["oms.sourcing"]._wake()
        return result

    # === BUSINESS METHODS === #

    def _oms_nodes(self):
        """The warehouses as the sourcing core knows them."""
        return tuple(
            Node(
                key=node.id,
                position=node._oms_position(),
                countries=frozenset(node.oms_country_ids.mapped("code")) or None,
                closed=node.oms_closed,
                closed_because=node.oms_closed_reason or "",
            )
            for node in self
        )

    def _oms_position(self):
        if not self.oms_latitude and not self.oms_longitude:
            return None
        return Position(self.oms_latitude, self.oms_longitude)
