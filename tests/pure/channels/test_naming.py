import pytest
from channels.naming import first_with, named_like

CARRIERS = {
    "DHL": "DHL",
    "DHL_EXPRESS": "DHL Express",
    "DPD": "DPD",
    "GLS_DE": "GLS",
    "POST": "Deutsche Post",
    "17": "Hermes",
}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("DHL", "DHL"),
        ("dhl express", "DHL_EXPRESS"),
        ("DHL Paket", "DHL"),
        ("DHL Express 12:00", "DHL_EXPRESS"),
        ("GLS", "GLS_DE"),
        ("Deutsche Post Großbrief", "POST"),
        ("Hermes (Standard)", "17"),
        ("gls_de", "GLS_DE"),
        ("Hansa Spedition", ""),
        ("DHL or DPD", ""),
        ("", ""),
        ("—", ""),
    ],
)
def test_a_carrier_is_found_by_what_it_is_called(ours, theirs):
    assert named_like(ours, CARRIERS) == theirs


def test_a_part_of_a_word_is_no_name():
    assert not named_like("Upside", {"UPS": "UPS"})


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("returned", "return"), "BUYER_RETURN"),
        (("stock",), "OUT_OF_STOCK"),
        (("other",), ""),
    ],
)
def test_a_reason_is_found_by_one_of_its_words(words, code):
    reasons = {"OUT_OF_STOCK": "No stock left", "BUYER_RETURN": "Customer return"}
    assert first_with(words, reasons) == code


def test_the_better_word_counts_first():
    reasons = {"a": "Other", "b": "Unpaid"}
    assert first_with(("unpaid", "other"), reasons) == "b"
