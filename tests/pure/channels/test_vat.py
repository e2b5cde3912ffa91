"""VAT ids: their form and their check digits."""

import pytest
from channels.vat import fault, is_european, with_prefix


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("DE136695976", "DE"),
        ("de 136.695.976", "DE"),
        ("136695976", "DE"),
        ("ATU12345675", "DE"),
        ("EL123456783", "GR"),
        ("GB123456782", "GB"),
        ("CHE-123.456.788 MWST", "CH"),
        ("XI123456782", "GB"),
        ("12-3456789", "US"),
        ("", "DE"),
    ],
)
def test_id_without_fault(number, country):
    assert fault(number, country) is None


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("DE136695975", "DE"),
        ("DE13669597", "DE"),
        ("12/345/67890", "DE"),
        ("ATU12345676", "AT"),
        ("GB123456783", "GB"),
        ("keine", "DE"),
    ],
)
def test_id_with_fault_says_its_number(number, country):
    assert with_prefix(number, country) in fault(number, country)


def test_what_vies_knows():
    assert is_european("DE136695976")
    assert not is_european("GB123456782")
