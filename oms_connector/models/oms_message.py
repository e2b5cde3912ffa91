import hashlib
import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, split_every

from ..language import in_language

PORTION = 25
"""Messages that one job takes: a job costs as much as half an order."""


class OmsMessage(models.Model):
    """One thing that crossed the border.

    The row is the dedupe key, the audit trail, the retry queue and the support screen
    at once. Its state is changed by `_process` (`oms_message_queue`) and by a person,
    by nobody else.
    """

    _name = "oms.message"
    _description = "Channel Message"
    _order = "id desc"
    _rec_name = "external_ref"

    channel_id = fields.Many2one(
        "oms.channel", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="channel_id.company_id", store=True)
    direction = fields.Selection(
        [("in", "From the channel"), ("out", "To the channel")],
        required=True,
        readonly=True,
    )
    kind = fields.Selection(
        [
            ("order", "Order"),
            ("event", "Event"),
            ("return", "Return"),
            ("payout", "Payout"),
            ("acknowledgement", "Acknowledgement"),
            ("shipment", "Shipment"),
            ("cancellation", "Cancellation"),
            ("capture", "Capture"),
            ("refund", "Refund"),
            ("return_received", "Return received"),
            ("stock", "Stock"),
            ("price", "Price"),
        ],
        required=True,
        readonly=True,
    )
    external_ref = fields.Char(string="Reference", required=True, readonly=True)
    fingerprint = fields.Char(required=True, readonly=True)
    payload = fields.Text(readonly=True)
    response = fields.Text(readonly=True)
    received_at = fields.Datetime(
        string="Last Seen", default=fields.Datetime.now, readonly=True
    )
    state = fields.Selection(
        [
            ("pending", "Waiting"),
            ("done", "Done"),
            ("ignored", "Ignored"),
            ("failed", "Will be tried again"),
            ("dead", "Given up"),
        ],
        default="pending",
        required=True,
        readonly=True,
    )
    attempts = fields.Integer(readonly=True)
    next_try_at = fields.Datetime(readonly=True)
    error_class = fields.Selection(
        [
            ("retryable", "Channel not reachable"),
            ("rejected", "Channel refused"),
            ("unsupported", "Channel cannot do this"),
            ("unauthorised", "Not authorised"),
            ("malformed", "Not understood"),
            ("bug", "Our own fault"),
        ],
        readonly=True,
    )
    error_text = fields.Text(string="Error", readonly=True, translate=True)
    traceback = fields.Text(readonly=True, groups="oms_connector.group_channel_admin")
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", readonly=True
    )

    corrects_id = fields.Many2one(
        "oms.message",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The message whose payload somebody corrected in this one.",
    )
    corrected_by_ids = fields.One2many("oms.message", "corrects_id", readonly=True)

    _fingerprint_uniq = models.Constraint(
        "UNIQUE(channel_id, direction, kind, external_ref, fingerprint)",
        "This message has arrived before.",
    )
    _waiting_idx = models.Index(
        "(next_try_at, id) WHERE state IN ('pending', 'failed')"
    )
    _record_idx = models.Index("(res_model, res_id)")
    _state_idx = models.Index("(channel_id, state)")

    # === CRUD METHODS === #

    @api.model
    def _store(self, channel, documents, *, again=False):
        """Store what a channel sent, before anybody understands it.

        What has been seen before is left alone, unless something newer of the same
        reference came in between (then this is news again) or `again` says so. What
        was anonymised since is left alone always.

        :param list[RawDocument] documents: what crossed the border
        :return: the messages that are to be processed
        """
        self.flush_model()
        messages = self.browse()
        for portion in split_every(500, documents):
            rows = [
                (document.kind, document.external_id, document.payload)
                for document in portion
            ]
            kinds, references, payloads = zip(*rows, strict=True)
            prints = [
                hashlib.sha256(payload.encode()).hexdigest() for payload in payloads
            ]
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO oms_message AS seen (
                        channel_id, company_id, direction, kind, external_ref, payload,
                        fingerprint, state, attempts, received_at,
                        create_uid, create_date, write_uid, write_date)
                    SELECT DISTINCT ON (kind, reference, fingerprint)
                        %(channel)s, %(company)s, 'in', kind, reference, payload,
                        fingerprint, 'pending', 0, %(now)s,
                        %(user)s, %(now)s, %(user)s, %(now)s
                    FROM unnest(%(kinds)s, %(references)s, %(payloads)s, %(prints)s)
                        AS sent (kind, reference, payload, fingerprint)
                    ON CONFLICT (channel_id, direction, kind, external_ref, fingerprint)
                    DO UPDATE SET state = 'pending', received_at = EXCLUDED.received_at,
                        attempts = 0, next_try_at = NULL
                    WHERE seen.payload IS NOT NULL AND (%(again)s OR EXISTS (
                        SELECT FROM oms_message AS newer
                        WHERE newer.channel_id = seen.channel_id
                          AND newer.direction = 'in'
                          AND newer.kind = seen.kind
                          AND newer.external_ref = seen.external_ref
                          AND newer.id != seen.id
                          AND newer.corrects_id IS DISTINCT FROM seen.id
                          AND (newer.received_at, newer.id)
                            > (seen.received_at, seen.id)
                    ))
                    RETURNING id
                    """,
                    channel=channel.id,
                    company=channel.company_id.id,
                    user=self.env.uid,
                    now=fields.Datetime.now(),
                    kinds=list(kinds),
                    references=list(references),
                    payloads=list(payloads),
                    prints=prints,
                    again=again,
                )
            )
            messages += self.browse(row[0] for row in self.env.cr.fetchall())
        messages.invalidate_recordset()
        return messages.sorted("id")

    @api.model
    def _refuse(self, channel, body, error):
        """Note an event that was not let in; it is never processed.

        Only the fingerprint of what a stranger sent is kept, and once.
        """
        known = [
            ("channel_id", "=", channel.id),
            ("kind", "=", "event"),
            ("external_ref", "=", "refused"),
            ("fingerprint", "=", hashlib.sha256(body).hexdigest()),
        ]
        if not self.search_count(known, limit=1):
            message = self.create(
                {
                    **{field: value for field, _operator, value in known},
                    "direction": "in",
                    "state": "ignored",
                    "error_class": error.code,
                }
            )
            message._explain(lambda env: in_language(env, error.message))

    @api.model
    def _announce(self, channel, kind, notice, record):
        """Put a notice for the channel into the outbox, once for its key.

        The row commits with the change that it tells of; a job sends it afterwards.

        :param Notice notice: its `key` makes repeating harmless on both sides
        :param record: what the notice tells of
        :return: the message, empty where the key is known
        """
        known = self.sudo().search(
            [
                ("channel_id", "=", channel.id),
                ("direction", "=", "out"),
                ("kind", "=", kind),
                ("external_ref", "=", notice.order_id),
                ("fingerprint", "=", notice.key),
            ]
        )
        if known:
            return self.browse()
        message = self.sudo().create(
            {
                "channel_id": channel.id,
                "direction": "out",
                "kind": kind,
                "external_ref": notice.order_id,
                "fingerprint": notice.key,
                "payload": notice.model_dump_json(),
                "res_model": record._name,
                "res_id": record.id,
            }
        )
        message._enqueue()
        return message

    @api.model
    def _notices_about(self, records, kind):
        """What the channels are told of records, in every state."""
        return self.sudo().search(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("direction", "=", "out"),
                ("kind", "=", kind),
            ]
        )

    @api.model
    def _record_sync(self, channel, kind, documents, results):
        """Log one portion of stock or prices that the channel has answered.

        Absolute figures need no outbox: what was sent is computed when it is sent.
        What the channel refuses of them is worked on at the listings, not here.
        """
        failed = [result for result in results if result.error]
        first, others = documents[0].listing.sku, len(documents) - 1
        payload = f"[{','.join(document.model_dump_json() for document in documents)}]"
        message = self.sudo().create(
            {
                "channel_id": channel.id,
                "direction": "out",
                "kind": kind,
                "external_ref": f"{first} +{others}" if others else first,
                # The same figures may be sent again: each portion is a row of its own.
                "fingerprint": uuid.uuid4().hex,
                "payload": payload,
                "response": "\n".join(f"{r.sku}: {r.error}" for r in failed) or False,
                "state": "done",
                "error_class": "rejected" if failed else False,
            }
        )
        if failed:
            message._explain(
                lambda env: env._(
                    "%(failed)s of %(all)s listings were refused; the cause stands on "
                    "each listing.",
                    failed=len(failed),
                    all=len(results),
                )
            )
        return message

    # === ACTION METHODS === #

    def action_retry(self):
        """Process failed or given up messages again, from their raw payload."""
        self.check_access("write")
        messages = self.filtered(lambda m: m.state in ("failed", "dead", "ignored"))
        unsendable = messages.filtered(lambda m: m.kind in ("stock", "price"))
        if unsendable:
            raise UserError(
                self.env._(
                    "Stock and prices are sent anew, not again: use the buttons on "
                    "the channel."
                )
            )
        messages.write({"state": "pending", "attempts": 0, "next_try_at": False})
        messages._enqueue()
        return True

    def action_open_record(self):
        self.ensure_one()
        record = self.env[self.res_model].browse(self.res_id)
        return record._get_records_action(context={})

    # === BUSINESS METHODS - WHAT CAME IN === #

    def _handle_in_event(self):
        """An event is a hint: what it speaks of is fetched and takes the usual way.

        :return: the messages that are news
        """
        raw = self.channel_id._adapter().fetch_order(self.external_ref)
        if raw is None:
            self._done(state="ignored", response=self.env._("No such order"))
            return self.browse()
        self._done(response=raw.external_id)
        return self._store(self.channel_id, [raw])

    def _handle_in_return(self):
        """Hook for `oms_returns`: a return that was asked for at the channel."""
        self._done(state="ignored")

    # === BUSINESS METHODS - WHAT GOES OUT === #

    def _handle_out_shipment(self):
        self._send("shipment")

    def _handle_out_cancellation(self):
        self._send("cancellation")

    def _handle_out_capture(self):
        self._send("capture")

    def _handle_out_refund(self):
        self._send("refund")

    def _handle_out_return_received(self):
        self._send("return")

    def _send(self, operation):
        """Send a notice to the channel. Repeating it is harmless: it has a key."""
        adapter = self.channel_id._adapter()
        notice = adapter.notices[operation].model_validate_json(self.payload)
        receipt = getattr(adapter, f"push_{operation}")(notice)
        self._done(response=receipt.reference)
        record = self.env[self.res_model].browse(self.res_id).exists()
        if record and hasattr(record, "_oms_pushed"):
            record._oms_pushed(self, receipt)
