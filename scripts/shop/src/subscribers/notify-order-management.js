// Tells the order management that something happened to an order.
//
// Medusa has an event bus but no outgoing webhooks, and some of its events name only
// the payment or the parcel. So the order is looked up and its id sent with the event.
//
// WEBHOOKS_FILE names a JSON file with the receivers, [{"url": …, "secret": …}], which
// is read at each event; without it nothing is sent. A request carries
// `x-oms-timestamp`, seconds since 1970, and `x-oms-signature`, the hexadecimal
// HMAC-SHA256 of "<timestamp>.<body>" with the receiver's secret.
const crypto = require("node:crypto");
const fs = require("node:fs/promises");

const TIMEOUT_MS = 10_000;

const NAMES_ORDER_AS_ID = [
    "order.placed",
    "order.updated",
    "order.canceled",
    "order.completed",
];
const NAMES_ORDER = [
    "order.fulfillment_created",
    "order.fulfillment_canceled",
    "order.return_requested",
    "order.return_received",
    "order.claim_created",
    "order.exchange_created",
    "order-edit.confirmed",
];
const NAMES_PAYMENT = ["payment.captured", "payment.refunded"];
const NAMES_FULFILLMENT = ["shipment.created", "delivery.created"];

async function orderOf(event, container) {
    if (NAMES_ORDER_AS_ID.includes(event.name)) {
        return event.data.id;
    }
    if (NAMES_ORDER.includes(event.name)) {
        return event.data.order_id;
    }
    const ofPayment = NAMES_PAYMENT.includes(event.name);
    const { data } = await container.resolve("query").graph({
        entity: ofPayment ? "payment" : "fulfillment",
        fields: [ofPayment ? "payment_collection.order.id" : "order.id"],
        filters: { id: event.data.id },
    });
    const owner = ofPayment ? data[0]?.payment_collection : data[0];
    return owner?.order?.id;
}

async function receivers() {
    const file = process.env.WEBHOOKS_FILE;
    return file ? JSON.parse(await fs.readFile(file, "utf8")) : [];
}

function signed(body, secret) {
    const timestamp = Math.floor(Date.now() / 1000).toString();
    const signature = crypto
        .createHmac("sha256", secret)
        .update(`${timestamp}.${body}`)
        .digest("hex");
    return {
        "content-type": "application/json",
        "x-oms-timestamp": timestamp,
        "x-oms-signature": signature,
    };
}

async function notify({ event, container }) {
    const listening = await receivers();
    if (!listening.length) {
        return;
    }
    const orderId = await orderOf(event, container);
    const body = JSON.stringify({
        event: event.name,
        order_id: orderId,
        data: event.data,
    });
    for (const { url, secret } of listening) {
        try {
            const answer = await fetch(url, {
                method: "POST",
                body,
                headers: signed(body, secret),
                signal: AbortSignal.timeout(TIMEOUT_MS),
            });
            if (!answer.ok) {
                throw new Error(`HTTP ${answer.status}`);
            }
        } catch (error) {
            // Lost: whoever listens finds the change with the next look at the orders.
            container
                .resolve("logger")
                .warn(`${event.name} not delivered: ${error.message}`);
        }
    }
}

module.exports = {
    default: notify,
    config: {
        event: [
            ...NAMES_ORDER_AS_ID,
            ...NAMES_ORDER,
            ...NAMES_PAYMENT,
            ...NAMES_FULFILLMENT,
        ],
        context: { subscriberId: "notify-order-management" },
    },
};
