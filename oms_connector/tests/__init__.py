from . import (
    test_cancel,
    test_channel,
    test_edit,
    test_event,
    test_hold,
    test_intake,
    test_listing,
    test_message,
    test_payment,
    test_security,
    test_shipment,
    test_translation,
)
