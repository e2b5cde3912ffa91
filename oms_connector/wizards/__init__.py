from . import (
    oms_cancel,
    oms_drift_accept,
    oms_fetch,
    oms_hold_orders,
    oms_message_correct,
    oms_short,
    oms_stop_selling,
    sale_make_invoice_advance,
)
