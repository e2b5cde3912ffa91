from odoo import models

WAITING = ("pending", "failed")


class OmsMessage(models.Model):
    """Messages whose content is gone."""

    _inherit = "oms.message"

    # === BUSINESS METHODS === #

    def _anonymise(self):
        """Forget what these messages say; that they were, and their fingerprint, stays.

        What is not settled yet is left, so that nothing is lost.
        """
        settled = self.sudo().filtered(lambda m: m.state not in WAITING)
        settled.write(
            {
                "payload": False,
                "response": False,
                "error_text": False,
                "traceback": False,
            }
        )
