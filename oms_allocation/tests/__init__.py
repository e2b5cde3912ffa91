from . import (
    test_change,
    test_claim,
    test_decision,
    test_hold,
    test_node,
    test_quantities,
    test_security,
    test_sourcing,
    test_translation,
    test_waiting,
)
