import logging
from datetime import UTC, datetime

from odoo import http
from odoo.http import request
from werkzeug.exceptions import NotFound

from ..channels.document import RawDocument
from ..channels.errors import ChannelError

_logger = logging.getLogger(__name__)

LARGEST_BODY = 1 << 20
"""Bytes of an event; events are hints, none needs more."""


class EventController(http.Controller):
    @http.route(
        "/oms/event/<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        max_content_length=LARGEST_BODY,
        save_session=False,
    )
    def event(self, token):
        """Verify an event, store it, answer. What it means is a job's work."""
        channel = (
            request.env["oms.channel"].sudo().search([("event_token", "=", token)])
        )
        if not channel:
            raise NotFound()
        # Kept by the request: after a collision in the database Odoo calls this again.
        body = request.httprequest.get_data()
        headers = {name.lower(): value for name, value in request.httprequest.headers}
        messages = request.env["oms.message"].sudo()
        try:
            adapter = channel._adapter()
            adapter.verify_event(headers, body, datetime.now(UTC))
        except ChannelError as error:
            _logger.warning("Event for %s refused: %s", channel.name, error.message)
            messages._refuse(channel, body, error)
            return request.make_response("refused", status=401)
        text = body.decode("utf-8", "replace")
        try:
            event = adapter.parse_event(headers, text)
        except ChannelError as error:
            messages._refuse(channel, body, error)
            return request.make_response("not understood", status=400)
        if event.external_id:
            raw = RawDocument(kind="event", external_id=event.external_id, payload=text)
            messages._store(channel, [raw])._enqueue()
        return request.make_response("stored", status=200)
