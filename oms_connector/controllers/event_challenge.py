from odoo import http
from odoo.http import request
from werkzeug.exceptions import NotFound

from ..channels.errors import ChannelError


class EventChallengeController(http.Controller):
    @http.route(
        "/oms/event/<string:token>",
        type="http",
        auth="public",
        methods=["GET"],
        save_session=False,
    )
    def challenge(self, token, **query):
        """Answer a channel that asks, before it sends events, whose address it is."""
        channel = (
            request.env["oms.channel"].sudo().search([("event_token", "=", token)])
        )
        if not channel:
            raise NotFound()
        try:
            answer = channel._adapter().answer_challenge(query)
        except ChannelError:
            raise NotFound() from None
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return request.make_response(answer, headers=headers)
