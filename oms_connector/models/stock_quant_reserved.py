from odoo import api, models
from odoo.tools import SQL


class StockQuant(models.Model):
    """What is reserved somewhere stands on the quant that has it.

    Where another worker has locked that one, Odoo makes a new quant that has nothing,
    and reserves on it what the other may just be giving away.
    """

    _inherit = "stock.quant"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        there = [self._oms_reserve_there(vals) for vals in vals_list]
        made = iter(
            super().create(
                [
                    vals
                    for vals, quant in zip(vals_list, there, strict=True)
                    if not quant
                ]
            )
        )
        return self.browse().concat(*(quant or next(made) for quant in there))

    # === BUSINESS METHODS === #

    @api.model
    def _oms_reserve_there(self, vals):
        """Reserve where the goods are instead, once nobody else has them.

        :param dict vals: of a quant that would have nothing and is reserved
        :return: the quant that has them, empty where there is none
        :raise psycopg2.errors.SerializationFailure: as soon as another worker has
            changed it; Odoo and the job queue then begin anew, and see what is left
        """
        reserved = vals.get("reserved_quantity") or 0
        if reserved <= 0 or vals.get("quantity"):
            return self.browse()
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM stock_quant
                WHERE product_id = %s AND location_id = %s
                  AND lot_id IS NOT DISTINCT FROM %s
                  AND package_id IS NOT DISTINCT FROM %s
                  AND owner_id IS NOT DISTINCT FROM %s
                ORDER BY quantity - reserved_quantity DESC, id
                LIMIT 1 FOR NO KEY UPDATE
                """,
                vals["product_id"],
                vals["location_id"],
                vals.get("lot_id") or None,
                vals.get("package_id") or None,
                vals.get("owner_id") or None,
            ),
            log_exceptions=False,
        )
        quant = self.browse(row[0] for row in self.env.cr.fetchall())
        if quant:
            quant.reserved_quantity += reserved
        return quant
