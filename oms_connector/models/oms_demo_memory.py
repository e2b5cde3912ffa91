import json
from datetime import UTC

from odoo import api, fields, models
from odoo.tools import SQL

from ..channels.demo.memory import Note


class OmsDemoMemory(models.Model):
    """What the demo channel's far side remembers: its orders and what it was told."""

    _name = "oms.demo.memory"
    _description = "Demo Channel's Memory"
    _order = "id"
    _rec_name = "key"

    channel_id = fields.Many2one("oms.channel", required=True, ondelete="cascade")
    kind = fields.Char(required=True)
    key = fields.Char(required=True)
    about = fields.Char(string="Order", help="The channel's order that it is about.")
    at = fields.Datetime(required=True)
    payload = fields.Text(required=True)

    _key_uniq = models.Constraint(
        "UNIQUE(channel_id, kind, key)", "The demo channel knows this already."
    )
    _about_idx = models.Index("(channel_id, about) WHERE about IS NOT NULL")

    # === BUSINESS METHODS === #

    @api.model
    def _insert(self, channel, note, on_conflict):
        """Write a note in one statement, so that no two workers write the same.

        :return: whether anything was written
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO oms_demo_memory (channel_id, kind, key, about, at, payload)
                VALUES (%s, %s, %s, %s, %s, %s)
                ON CONFLICT (channel_id, kind, key) %s
                """,
                channel.id,
                note.kind,
                note.key,
                note.about or None,
                note.at.astimezone(UTC).replace(tzinfo=None),
                json.dumps(note.payload, ensure_ascii=False),
                on_conflict,
            )
        )
        self.invalidate_model()
        return bool(self.env.cr.rowcount)

    def _note(self):
        """The record as the adapter knows it."""
        self.ensure_one()
        return Note(
            kind=self.kind,
            key=self.key,
            payload=json.loads(self.payload),
            at=self.at.replace(tzinfo=UTC),
            about=self.about or "",
        )


class ChannelMemory:
    """The `Memory` of one demo channel, kept in the database."""

    def __init__(self, channel):
        self._channel = channel.sudo()
        self._records = channel.sudo().env["oms.demo.memory"]

    def remember(self, note):
        return self._records._insert(self._channel, note, SQL("DO NOTHING"))

    def replace(self, note):
        self._records._insert(
            self._channel,
            note,
            SQL("DO UPDATE SET at = EXCLUDED.at, payload = EXCLUDED.payload"),
        )

    def recall(self, kind, key):
        found = self._search([("kind", "=", kind), ("key", "=", key)])
        return found._note() if found else None

    def kept(self, kind):
        notes = self._search([("kind", "=", kind)])
        return [note._note() for note in notes.sorted("key")]

    def about(self, orders):
        return [note._note() for note in self._search([("about", "in", list(orders))])]

    def changed(self, since):
        domain = [("channel_id", "=", self._channel.id), ("about", "!=", False)]
        if since:
            naive = since.astimezone(UTC).replace(tzinfo=None)
            domain.append(("at", ">=", naive))
        groups = self._records._read_group(domain, ["about"], ["at:max"])
        return {about: at.replace(tzinfo=UTC) for about, at in groups}

    def _search(self, domain):
        return self._records.search([("channel_id", "=", self._channel.id), *domain])
