from odoo import fields, models


class OmsReturnReason(models.Model):
    """What the customer says; what the inspector sees is another matter."""

    _name = "oms.return.reason"
    _description = "Return Reason"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, help="How channels name it; matched without regard to case."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex(
        "(lower(code))", "Another return reason has this code."
    )

    # === BUSINESS METHODS === #

    def _find(self, words):
        """The reason that a channel's words name, by code or by name.

        :return: empty where they name none
        """
        words = words.strip().casefold()
        reasons = self.search([("active", "=", True)])
        return reasons.filtered(
            lambda reason: words in (reason.code.casefold(), reason.name.casefold())
        )[:1]
