import json
from collections import defaultdict
from datetime import timezone
from decimal import Decimal

import psycopg2.errors
from odoo import api, fields, models, tools
from odoo.fields import Command
from odoo.tools import SQL, email_normalize

from ..channels.document import LineKind, OrderState, PaymentState
from ..channels.errors import Malformed, Retryable

QUIET = {
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "mail_auto_subscribe_no_notify": True,
}


class OmsIntake(models.AbstractModel):
    """From a channel's order to a `sale.order`: found or made, checked, held or confirmed.

    Orders of a portion are made together, which is what makes intake fast; where one
    of them spoils that, they are made one by one, so that it spoils nothing else.
    """

    _name = "oms.intake"
    _description = "Order Intake"

    # === BUSINESS METHODS - THE WAY IN === #

    @api.model
    def _take_orders(self, channel, messages):
        """Take order messages of one channel: each ends done, ignored, failed or dead.

        :param messages: locked rows of `oms.message`
        """
        self = self.with_context(**QUIET).with_company(channel.company_id)
        adapter = channel._adapter()
        documents = {}
        for message in messages.with_env(self.env):
            message._attempt(
                lambda m=message: documents.update(
                    {m: self._understand(adapter, channel, m)}
                )
            )
        for part in _without_repeats(documents):
            known = self._known_orders(channel, part.values())
            for message, document in part.items():
                order = known.get(document.external_id)
                if order:
                    message._attempt(
                        lambda m=message, o=order, d=document: self._update(m, o, d)
                    )
            new = {m: d for m, d in part.items() if d.external_id not in known}
            self._create_together(channel, new)

    def _understand(self, adapter, channel, message):
        """Parse a message and lock its order against other workers."""
        document = adapter.parse_order(message.payload)
        if document.external_id != message.external_ref:
            raise Malformed(
                self.env._("The message names another order"),
                detail=document.external_id,
            )
        key = f"{channel.id}:{document.external_id}"
        self.env.cr.execute(
            SQL("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", key)
        )
        if not self.env.cr.fetchone()[0]:
            raise Retryable(
                self.env._("Another worker has this order"), retry_after=1.0
            )
        return document

    def _known_orders(self, channel, documents):
        orders = self.env["sale.order"].search(
            [
                ("oms_channel_id", "=", channel.id),
                ("oms_external_id", "in", [doc.external_id for doc in documents]),
            ]
        )
        return {order.oms_external_id: order for order in orders}

    def _create_together(self, channel, batch):
        """Make the orders of a batch; one by one where they cannot be made together.

        :param dict batch: message to document, no order twice
        """
        if len(batch) > 1:
            try:
                with self.env.cr.savepoint():
                    self._create(channel, batch)
                    self.env.flush_all()
                    return
            except psycopg2.OperationalError:
                raise
            except Exception:
                # Whose fault it is shows when each is tried alone.
                self.env.invalidate_all(flush=False)
        for message, document in batch.items():
            message._attempt(
                lambda m=message, d=document: self._create_one(channel, m, d)
            )

    def _create_one(self, channel, message, document):
        try:
            with self.env.cr.savepoint():
                self._create(channel, {message: document})
        except psycopg2.errors.UniqueViolation:
            # Its twin was made by a worker that committed after we began.
            self.env.invalidate_all(flush=False)
            raise Retryable(
                self.env._("Another worker has just made this order"), retry_after=1.0
            ) from None

    def _create(self, channel, batch):
        """Make orders with their customers, payments and holds, and let them go on."""
        documents = list(batch.values())
        parties = self._find_parties(channel, documents)
        listings = self._find_listings(channel, documents)
        taxes = {}
        vals_list = [
            self._order_vals(channel, document, parties[index], listings, taxes)
            for index, document in enumerate(documents)
        ]
        orders = self.env["sale.order"].create(vals_list)
        for (message, document), order in zip(batch.items(), orders, strict=True):
            message._done(order, state="done")
        self._record_payments(channel, orders, documents)
        for order, document in zip(orders, documents, strict=True):
            self._hold_causes(order, document, listings)
        gone = orders.filtered(
            lambda o: documents[orders.ids.index(o.id)].state == OrderState.CANCELLED
        )
        gone.with_context(oms_from_channel=True)._action_cancel()
        self._next_steps(orders - gone)

    def _next_steps(self, orders):
        orders._oms_advance()

    # === BUSINESS METHODS - AN ORDER THAT IS KNOWN === #

    def _update(self, message, order, document):
        """Bring a known order up to what the channel says now.

        An older version changes nothing. The same version is looked at again: what it
        lacked when it came, a mapping for instance, may be there now.
        """
        version = _naive(document.updated_at)
        if order.oms_updated_at and version < order.oms_updated_at:
            message._done(order, state="ignored")
            return
        channel = order.oms_channel_id
        self._record_payments(channel, order, [document])
        if document.state == OrderState.CANCELLED:
            self._cancel(order, document)
        elif order.state in ("draft", "sent"):
            self._rewrite(channel, order, document)
        elif order.state == "sale" and self._differs(order, document):
            order._oms_hold(
                "order_changed",
                self.env._("The channel has changed lines or address since it came."),
            )
        order.oms_updated_at = version
        message._done(order)

    def _cancel(self, order, document):
        """A cancellation wins over everything that has not left the building."""
        if order.state == "cancel":
            return
        shipped = order.picking_ids.filtered(
            lambda p: p.state == "done" and p.picking_type_code == "outgoing"
        )
        if shipped:
            order._oms_hold(
                "cancelled_late",
                self.env._(
                    "The channel cancelled it, but %s has left: expect a return.",
                    ", ".join(shipped.mapped("name")),
                ),
            )
            open_pickings = order.picking_ids.filtered(
                lambda p: p.state not in ("done", "cancel")
            )
            open_pickings.action_cancel()
        else:
            order.with_context(oms_from_channel=True)._action_cancel()

    def _rewrite(self, channel, order, document):
        """An order that is not confirmed yet is made anew from the channel's version."""
        listings = self._find_listings(channel, [document])
        parties = self._find_parties(channel, [document])[0]
        if self._address_kept(order):
            parties = {**parties, "partner_shipping_id": order.partner_shipping_id.id}
        vals = self._order_vals(channel, document, parties, listings, {})
        vals["order_line"] = [Command.clear(), *vals["order_line"]]
        for fixed in ("company_id", "oms_channel_id", "oms_external_id", "user_id"):
            vals.pop(fixed)
        order.write(vals)
        self._release_causes(order, self._hold_causes(order, document, listings))
        self._next_steps(order)

    def _address_kept(self, order):
        """Whether a person has put the delivery address right: then it stays."""
        return order.sudo().oms_hold_ids.filtered(
            lambda hold: hold.type_id.code == "address_incomplete"
        ) and not _missing(order.partner_shipping_id)

    def _differs(self, order, document):
        """Whether the channel's lines or delivery address are not the order's."""
        ours = defaultdict(float)
        for line in order.order_line.filtered("oms_external_id"):
            ours[line.oms_external_id] += line.product_uom_qty
        theirs = {line.external_id: float(line.quantity) for line in document.lines}
        if any(abs(theirs.get(key, 0) - qty) > 1e-6 for key, qty in ours.items()):
            return True
        if set(theirs) - set(ours):
            return True
        if self._address_kept(order):
            return False
        vals = self._address_vals(document.shipping)
        address = order.partner_shipping_id
        return any(
            (address[name] or "") != (vals[name] or "")
            for name in ("street", "street2", "zip", "city")
        )

    # === BUSINESS METHODS - WHAT STOPS AN ORDER === #

    def _hold_causes(self, order, document, listings):
        """Hold the order for everything that is wrong with it.

        :return: the holds that have their cause still
        """
        holds = self.env["oms.hold"]
        for code, reason, subject in self._causes(order, document, listings):
            holds |= order._oms_hold(code, reason, subject)
        return holds

    def _causes(self, order, document, listings):
        """Hook: what is wrong with an order, as tuples of type, reason and subject."""
        causes = []
        for line in document.lines:
            if line.kind == LineKind.PRODUCT and not listings.get(line.sku):
                causes.append(
                    (
                        "unknown_listing",
                        self.env._(
                            "No product is known for the SKU “%(sku)s” (%(title)s).",
                            sku=line.sku or "–",
                            title=line.title,
                        ),
                        line.sku,
                    )
                )
        causes += self._tax_causes(order, document)
        missing = document.shipping.missing_for_delivery()
        if missing and not self._address_kept(order):
            causes.append(
                (
                    "address_incomplete",
                    self.env._(
                        "The delivery address lacks: %s.",
                        ", ".join(self._field_label(name) for name in missing),
                    ),
                    "",
                )
            )
        if document.paid < document.total and document.state != OrderState.CANCELLED:
            causes.append(
                (
                    "payment_pending",
                    self.env._(
                        "%(paid)s of %(total)s %(currency)s are paid or authorised.",
                        paid=document.paid,
                        total=document.total,
                        currency=document.currency,
                    ),
                    "",
                )
            )
        return causes + self._total_causes(order, document)

    def _total_causes(self, order, document):
        """The total must be the channel's; else both are shown, and each line."""
        ours = Decimal(str(order.currency_id.round(order.amount_total)))
        difference = ours - document.total
        accepted = order.sudo().oms_hold_ids.filtered(
            lambda hold: (
                hold.type_id.code == "total_differs"
                and hold.state == "released"
                and hold.subject == str(difference)
            )
        )
        if not difference or accepted:
            return []
        lines = "\n".join(
            f"{line.title or line.kind}: {line.quantity} × {line.unit_price}"
            f" − {line.discount} = {line.amount}"
            for line in document.lines
        )
        return [
            (
                "total_differs",
                self.env._(
                    "The channel says %(theirs)s, the lines come to %(ours)s "
                    "(%(difference)s):\n%(lines)s",
                    theirs=document.total,
                    ours=ours,
                    difference=f"{difference:+}",
                    lines=lines,
                ),
                str(difference),
            )
        ]

    def _tax_causes(self, order, document):
        country = order.partner_shipping_id.country_id
        wanted = {line.external_id: line.tax_rate for line in document.lines}
        causes = {}
        for line in order.order_line.filtered("oms_external_id"):
            rate = wanted.get(line.oms_external_id)
            if rate and not line.tax_ids:
                causes[rate] = (
                    "tax_unknown",
                    self.env._(
                        "No tax of %(rate)s %% is known for %(country)s.",
                        rate=rate.normalize(),
                        country=country.name or "–",
                    ),
                    str(rate.normalize()),
                )
        return list(causes.values())

    def _release_causes(self, order, remaining):
        """Release the holds that intake set and whose cause is gone."""
        by_intake = {
            "unknown_listing",
            "tax_unknown",
            "address_incomplete",
            "payment_pending",
            "total_differs",
        }
        gone = order.sudo().oms_hold_ids.filtered(
            lambda h: h.state == "open" and h.type_id.code in by_intake
        )
        (gone - remaining).write(
            {"state": "released", "released_at": fields.Datetime.now()}
        )

    def _field_label(self, name):
        return {
            "name": self.env._("name"),
            "street": self.env._("street"),
            "postcode": self.env._("postcode"),
            "city": self.env._("city"),
            "country": self.env._("country"),
        }[name]

    # === BUSINESS METHODS - THE ORDER === #

    def _order_vals(self, channel, document, parties, listings, taxes):
        """Values of the `sale.order` for a document.

        :param dict parties: the three partner fields of the order
        :param dict listings: {sku: product id}
        :param dict taxes: cache of {(country id, rate, included): tax id}
        """
        currency = self._currency(document.currency)
        country = self.env["res.country"].browse(
            self._country_id(document.shipping.country)
        )
        lines = [
            Command.create(
                self._line_vals(channel, document, line, listings)
                | {
                    "sequence": index,
                    "tax_ids": [
                        Command.set(
                            self._tax_ids(
                                channel, country, line, document.tax_included, taxes
                            )
                        )
                    ],
                }
            )
            for index, line in enumerate(document.lines)
            if line.quantity
        ]
        warehouse = channel.warehouse_ids[:1]
        return {
            **parties,
            "company_id": channel.company_id.id,
            "oms_channel_id": channel.id,
            "oms_external_id": document.external_id,
            "oms_number": document.number,
            "client_order_ref": document.number,
            "oms_updated_at": _naive(document.updated_at),
            "oms_total": float(document.total),
            "oms_paid": float(document.paid),
            "oms_tax_included": document.tax_included,
            "date_order": _naive(document.created_at),
            "pricelist_id": self._pricelist(channel, currency).id,
            "team_id": channel.team_id.id,
            "user_id": False,
            "note": document.note or False,
            "order_line": lines,
        } | ({"warehouse_id": warehouse.id} if warehouse else {})

    def _line_vals(self, channel, document, line, listings):
        currency = self._currency(document.currency)
        price, discount = _price_and_discount(line, currency)
        if line.kind == LineKind.SHIPPING:
            product = channel.shipping_product_id
        elif line.kind == LineKind.FEE:
            product = channel.fee_product_id
        else:
            product = self.env["product.product"].browse(listings.get(line.sku))
        product = product or self.env.ref("oms_connector.product_unknown")
        return {
            "product_id": product.id,
            "product_uom_id": product.uom_id.id,
            "name": line.title or product.display_name,
            "product_uom_qty": float(line.quantity),
            "price_unit": price,
            "technical_price_unit": price,
            "discount": discount,
            "oms_external_id": line.external_id,
            "oms_sku": line.sku,
            "is_delivery": line.kind == LineKind.SHIPPING,
        }

    def _tax_ids(self, channel, country, line, tax_included, cache):
        if not line.tax_rate:
            return []
        key = (country.id, line.tax_rate, tax_included)
        if key not in cache:
            cache[key] = self.env["oms.tax.mapping"]._find(
                channel, country, float(line.tax_rate), tax_included
            )
        return cache[key].ids

    def _currency(self, name):
        currency = self.env["res.currency"].browse(self._currency_id(name))
        if not currency:
            raise Malformed(self.env._("The currency %s is not known", name))
        if not currency.active:
            currency.sudo().active = True
        return currency

    @tools.ormcache("name")
    def _currency_id(self, name):
        currencies = self.env["res.currency"].with_context(active_test=False)
        return currencies.search([("name", "=", name)]).id

    def _pricelist(self, channel, currency):
        """What gives the order its currency; none needed for the company's own."""
        pricelists = self.env["product.pricelist"]
        if currency == channel.company_id.currency_id:
            return pricelists
        if channel.pricelist_id.currency_id == currency:
            return channel.pricelist_id
        found = pricelists.search(
            [
                ("currency_id", "=", currency.id),
                ("company_id", "in", (channel.company_id.id, False)),
            ],
            limit=1,
        )
        return found or pricelists.sudo().create(
            {
                "name": f"{channel.name} ({currency.name})",
                "currency_id": currency.id,
                "company_id": channel.company_id.id,
            }
        )

    def _find_listings(self, channel, documents):
        """Products by the channel's SKU; a SKU that is new becomes an empty listing."""
        titles = {
            line.sku: line.title
            for document in documents
            for line in document.lines
            if line.kind == LineKind.PRODUCT and line.sku
        }
        listings = self.env["oms.listing"].with_context(active_test=False)
        known = listings.search(
            [("channel_id", "=", channel.id), ("sku", "in", list(titles))]
        )
        new = titles.keys() - set(known.mapped("sku"))
        if new:
            products = self.env["product.product"].search(
                [
                    ("default_code", "in", list(new)),
                    ("company_id", "in", (channel.company_id.id, False)),
                ]
            )
            by_code = {product.default_code: product.id for product in products}
            known += listings.create(
                [
                    {
                        "channel_id": channel.id,
                        "sku": sku,
                        "name": titles[sku],
                        "product_id": by_code.get(sku),
                    }
                    for sku in sorted(new)
                ]
            )
        return {listing.sku: listing.product_id.id for listing in known}

    # === BUSINESS METHODS - THE CUSTOMER === #

    def _find_parties(self, channel, documents):
        """Customer, invoice and delivery address of each order.

        The address of the order is the address of the order: a contact is used again
        only where every field is the same.

        :return: for each document the three partner fields of `sale.order`
        """
        customers = self._find_customers(channel, documents)
        addresses = {}
        for document, customer in zip(documents, customers, strict=True):
            for kind, address in (
                ("invoice", document.billing),
                ("delivery", document.shipping),
            ):
                addresses[customer, kind, address] = None
        self._find_addresses(addresses)
        return [
            {
                "partner_id": customer.id,
                "partner_invoice_id": addresses[customer, "invoice", doc.billing].id,
                "partner_shipping_id": addresses[customer, "delivery", doc.shipping].id,
            }
            for doc, customer in zip(documents, customers, strict=True)
        ]

    def _find_customers(self, channel, documents):
        """The customers: by the channel's own id, then by e-mail, else made."""
        ids = [
            doc.customer.external_id for doc in documents if doc.customer.external_id
        ]
        known = self.env["oms.customer"].search(
            [("channel_id", "=", channel.id), ("external_id", "in", ids)]
        )
        by_id = {customer.external_id: customer.partner_id for customer in known}
        by_email = self._customers_by_email(channel, documents)
        makers, found = {}, []
        for document in documents:
            customer = document.customer
            email = email_normalize(customer.email) or ""
            partner = by_id.get(customer.external_id) or by_email.get(email)
            key = customer.external_id or email or document.external_id
            if not partner:
                makers.setdefault(key, self._customer_vals(channel, document))
            found.append((partner, key))
        made = dict(
            zip(
                makers,
                self.env["res.partner"].create(list(makers.values())),
                strict=True,
            )
        )
        partners = [partner or made[key] for partner, key in found]
        self._remember_customers(channel, documents, partners, by_id)
        return partners

    def _customers_by_email(self, channel, documents):
        emails = {email_normalize(doc.customer.email) for doc in documents} - {False}
        partners = self.env["res.partner"].search(
            [
                ("email_normalized", "in", list(emails)),
                ("parent_id", "=", False),
                ("company_id", "in", (channel.company_id.id, False)),
            ],
            order="id DESC",
        )
        return {partner.email_normalized: partner for partner in partners}

    def _customer_vals(self, channel, document):
        """A new customer, at the address of the invoice."""
        customer, address = document.customer, document.billing
        vals = self._address_vals(address)
        vals.update(
            name=customer.name or address.name or customer.email or document.number,
            email=customer.email or address.email or False,
            company_id=channel.company_id.id,
            lang=self._language(customer.language),
            customer_rank=1,
        )
        return vals

    def _remember_customers(self, channel, documents, partners, known):
        new = {
            document.customer.external_id: partner
            for document, partner in zip(documents, partners, strict=True)
            if document.customer.external_id
            and document.customer.external_id not in known
        }
        self.env["oms.customer"].create(
            [
                {
                    "channel_id": channel.id,
                    "external_id": external_id,
                    "partner_id": partner.id,
                }
                for external_id, partner in new.items()
            ]
        )

    def _find_addresses(self, wanted):
        """Fill in the contact for each (customer, kind, address).

        The customer's own record serves where it says the same.
        """
        missing = []
        for customer, kind, address in wanted:
            vals = self._address_vals(address)
            contact = next(
                (
                    candidate
                    for candidate in customer | customer.child_ids
                    if _same_address(candidate, vals)
                ),
                None,
            )
            wanted[customer, kind, address] = contact
            if not contact:
                missing.append((customer, kind, address, vals))
        unique = {}
        for customer, kind, _address, vals in missing:
            unique.setdefault(
                (customer, json.dumps(vals, sort_keys=True)),
                {**vals, "parent_id": customer.id, "type": kind},
            )
        made = dict(
            zip(
                unique,
                self.env["res.partner"].create(list(unique.values())),
                strict=True,
            )
        )
        for customer, kind, address, vals in missing:
            wanted[customer, kind, address] = made[
                customer, json.dumps(vals, sort_keys=True)
            ]

    def _address_vals(self, address):
        """Partner fields of an address as the channel sent it."""
        return {
            "name": address.name or address.company or False,
            "company_name": address.company if address.name else False,
            "street": address.street or False,
            "street2": address.street2 or False,
            "zip": address.postcode or False,
            "city": address.city or False,
            "country_id": self._country_id(address.country),
            "phone": address.phone or False,
        }

    @tools.ormcache("code")
    def _country_id(self, code):
        return (
            self.env["res.country"].search([("code", "=", code)]).id if code else False
        )

    def _language(self, tag):
        """The installed language that comes closest to a BCP 47 tag."""
        code = tag.replace("-", "_")
        installed = [lang for lang, _name in self.env["res.lang"].get_installed()]
        exact = [lang for lang in installed if lang == code]
        alike = [lang for lang in installed if lang[:2] == code[:2]]
        return (exact or alike or [False])[0] if tag else False

    # === BUSINESS METHODS - THE MONEY === #

    def _record_payments(self, channel, orders, documents):
        """What was paid at the channel, as payment transactions of the orders."""
        wanted = [
            (order, payment, f"{channel.id}-{payment.external_id}")
            for order, document in zip(orders, documents, strict=True)
            for payment in document.payments
        ]
        if not wanted:
            return
        transactions = self.env["payment.transaction"].sudo()
        known = {
            transaction.reference: transaction
            for transaction in transactions.search(
                [("reference", "in", [reference for _o, _p, reference in wanted])]
            )
        }
        provider = self.env["payment.provider"]._oms_for_company(channel.company_id)
        method = self.env.ref("oms_connector.payment_method_channel")
        created = []
        for order, payment, reference in wanted:
            state = _TRANSACTION_STATE[payment.state]
            if reference in known:
                if known[reference].state != state:
                    known[reference].state = state
                continue
            created.append(
                {
                    "provider_id": provider.id,
                    "payment_method_id": method.id,
                    "reference": reference,
                    "provider_reference": payment.external_id,
                    "amount": float(payment.amount),
                    "currency_id": order.currency_id.id,
                    "partner_id": order.partner_id.id,
                    "sale_order_ids": [Command.link(order.id)],
                    "operation": "offline",
                    "state": state,
                    "is_post_processed": True,
                }
            )
        transactions.create(created)
        for order, document in zip(orders, documents, strict=True):
            if order.currency_id.compare_amounts(order.oms_paid, float(document.paid)):
                order.oms_paid = float(document.paid)


_TRANSACTION_STATE = {
    PaymentState.PENDING: "pending",
    PaymentState.AUTHORISED: "authorized",
    PaymentState.CAPTURED: "done",
    PaymentState.CANCELLED: "cancel",
}


def _naive(moment):
    """A moment as Odoo stores it."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)


def _price_and_discount(line, currency):
    """Unit price and discount in percent that come to the line's amount exactly.

    A discount that is no round percentage goes into the unit price instead.

    :return: floats, as the order line stores them
    """
    full = line.quantity * line.unit_price
    if not line.discount or not full:
        return float(line.unit_price), 0.0
    percent = round(line.discount / full * 100, 2)
    exact = full * (1 - percent / 100)
    cent = Decimal(str(currency.rounding))
    if exact.quantize(cent) == line.amount.quantize(cent):
        return float(line.unit_price), float(percent)
    return float(line.amount / line.quantity), 0.0


def _same_address(partner, vals):
    return all(
        (partner[name].id if name.endswith("_id") else partner[name]) == value
        or not (partner[name] or value)
        for name, value in vals.items()
        if name != "company_name"
    )


def _missing(partner):
    """Whether a contact lacks what a carrier needs."""
    return not all((partner.street, partner.zip, partner.city, partner.country_id))


def _without_repeats(batch):
    """Split a batch so that no order stands twice in a part: messages in their order."""
    parts = []
    for message, document in batch.items():
        for part in parts:
            if document.external_id not in {doc.external_id for doc in part.values()}:
                part[message] = document
                break
        else:
            parts.append({message: document})
    return parts
