from . import (
    oms_cancel,
    oms_drift_accept,
    oms_fetch,
    oms_hold_orders,
    oms_message_correct,
    sale_make_invoice_advance,
)
