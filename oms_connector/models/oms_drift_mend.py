from odoo import api, fields, models
from odoo.addons.queue_job.job import identity_exact
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..channels.errors import ChannelError
from ..channels.reconcile import Mend
from ..language import error_text

AT_ONCE = 10
"""Differences that are mended while somebody waits; more are a job's work."""
PORTION = 25
CHECK_AFTER = 20
"""Seconds after which a notice that was sent again has reached the channel."""


class OmsDrift(models.Model):
    """What people do about differences."""

    _inherit = "oms.drift"

    # === ACTION METHODS === #

    def action_mend(self):
        """Put right what can be put right; who did it is kept."""
        self._check_role()
        self.channel_id._check_connected()
        drifts = self.filtered(
            lambda drift: drift.state == "open" and drift.mend != Mend.NOTHING.value
        )
        if not drifts:
            raise UserError(
                self.env._(
                    "None of these can be mended from here: look at both sides, put "
                    "it right there, or accept that they differ."
                )
            )
        drifts.sudo().write(
            {"mended_by_id": self.env.uid, "mended_at": fields.Datetime.now()}
        )
        if len(drifts) > AT_ONCE:
            drifts._mend_later()
            message = self.env._("%s differences are being mended.", len(drifts))
            return self.channel_id[:1]._notify(message)
        try:
            for channel, part in drifts.sudo().grouped("channel_id").items():
                part.with_company(channel.company_id)._mend()
        except ChannelError as error:
            raise UserError(error_text(self.env, error)) from None
        return drifts._report()

    def action_accept(self):
        """Ask why it may stay different."""
        self._check_role()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why may this stay different?"),
            "res_model": "oms.drift.accept",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_drift_ids": self.ids},
        }

    def action_reopen(self):
        """What was accepted is to be worked on after all."""
        self._check_role()
        self.sudo().filtered(lambda drift: drift.state == "accepted").write(
            {"state": "open", "accept_reason": False, "accepted_by_id": False}
        )
        return True

    def action_open_order(self):
        self.ensure_one()
        return self.order_id._get_records_action(context={})

    def action_open_listing(self):
        self.ensure_one()
        return self.listing_id._get_records_action(context={})

    def _check_role(self):
        self.check_access("read")
        self.env["oms.channel"]._check_support()

    def _accept(self, reason):
        self._check_role()
        self.sudo().filtered(lambda drift: drift.state == "open").write(
            {
                "state": "accepted",
                "accepted_by_id": self.env.uid,
                "accept_reason": reason,
            }
        )

    def _report(self):
        """Say what came of it."""
        left = self.filtered(lambda drift: drift.state == "open")
        if left:
            message = self.env._(
                "Still different: %s. The channel's version was taken; what remains is "
                "a person's to decide.",
                ", ".join(left.mapped("display_name")),
            )
        elif self.filtered(lambda drift: drift.state == "mending"):
            message = self.env._("The channel is being told again.")
        else:
            message = self.env._("Mended.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "warning" if left else "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # === BUSINESS METHODS === #

    def _mend_later(self):
        for channel, drifts in self.sudo().grouped("channel_id").items():
            for portion in split_every(PORTION, drifts.ids):
                channel._later(self._name)._mend_portion(list(portion))

    @api.model
    def _mend_portion(self, ids):
        """Mend differences of one channel. A job; what is mended is left alone."""
        drifts = self.browse(ids).exists().filtered(lambda d: d.state == "open")
        if drifts.channel_id.state != "connected":
            return
        with drifts.channel_id._border():
            drifts._mend()

    def _mend(self):
        """Mend differences of one channel, each in its own way."""
        self.state = "mending"
        of = self.grouped("mend")
        nothing = self.browse()
        of.get(Mend.SHIPMENT.value, nothing).order_id.picking_ids._oms_tell_again()
        of.get(Mend.CANCELLATION.value, nothing).order_id._oms_tell_cancellation_again()
        taken = of.get(Mend.TAKE.value, nothing)
        taken._take()
        sent = of.get(Mend.SEND.value, nothing)
        sent._send_again()
        (self - taken - sent)._check_later()

    def _take(self):
        """Take the channel's version the way that every order takes, and compare."""
        if not self:
            return
        adapter, raws = self._fetch()
        messages = self.env["oms.message"]._store(
            self.channel_id, [raw for raw in raws.values() if raw], again=True
        )
        messages._process(messages.ids)
        self.channel_id._reconcile(adapter, raws)

    def _fetch(self):
        """The channel's adapter, and what it sends of the orders: {its id: document}"""
        adapter = self.channel_id._adapter()
        references = dict.fromkeys(self.mapped("external_ref"))
        return adapter, {name: adapter.fetch_order(name) for name in references}

    def _check_later(self):
        eta = CHECK_AFTER
        for channel, drifts in self.grouped("channel_id").items():
            channel._later(
                self._name, eta=eta, identity_key=identity_exact
            )._check_portion(drifts.ids)

    @api.model
    def _check_portion(self, ids):
        """See whether what was sent again has arrived. A job."""
        drifts = self.browse(ids).exists().filtered(lambda d: d.state == "mending")
        if drifts.channel_id.state == "connected":
            with drifts.channel_id._border():
                drifts.channel_id._reconcile(*drifts._fetch())
