from . import (
    test_channel_refund,
    test_credit,
    test_expected,
    test_in_return,
    test_invoicing,
    test_privacy,
    test_race,
    test_receipt,
    test_refund,
    test_return,
    test_security,
    test_translation,
)
