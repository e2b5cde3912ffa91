from odoo import api, models

WATCHED = {"mrp.bom", "mrp.bom.line"}
"""What kits are made of. These models are of `mrp`, which need not be installed, so
that nothing of ours can inherit them."""


class Base(models.AbstractModel):
    """A kit that comes, goes or is made of something else marks what is sold of it."""

    _inherit = "base"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if self._name in WATCHED:
            self.env["oms.kit"]._mark_bills(records)
        return records

    def write(self, vals):
        if self._name not in WATCHED:
            return super().write(vals)
        self.env["oms.kit"]._mark_bills(self)
        result = super().write(vals)
        self.env["oms.kit"]._mark_bills(self)
        return result

    def unlink(self):
        if self._name in WATCHED:
            self.env["oms.kit"]._mark_bills(self)
        return super().unlink()
