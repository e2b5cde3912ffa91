import logging
from datetime import UTC, datetime

from odoo import http
from odoo.http import request
from werkzeug.exceptions import NotFound

from ..channels import adapters
from ..channels.document import RawDocument
from ..channels.errors import ChannelError, Malformed
from ..channels.text import _lt

_logger = logging.getLogger(__name__)

LARGEST_BODY = 1 << 20
"""Bytes of an event; events are hints, none needs more."""
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
"""Odoo takes forms apart, after which nobody can verify them as they were sent."""


def _form_error(kind):
    return Malformed(
        _lt(
            "The event came as a form (%(kind)s): have the channel send JSON", kind=kind
        )
    )


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
        messages = request.env["oms.message"].sudo()
        if request.httprequest.mimetype in FORMS:
            if adapters()[channel.adapter].is_greeting(request.httprequest.form):
                return request.make_response("here", status=200)
            kind = request.httprequest.mimetype
            messages._refuse(channel, kind.encode(), _form_error(kind))
            return request.make_response("no forms", status=415)
        # Kept by the request: after a collision in the database Odoo calls this again.
        body = request.httprequest.get_data()
        headers = {name.lower(): value for name, value in request.httprequest.headers}
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
