"""Addresses as customers type them, and what a carrier can make of them."""

import re

import pytest
from channels.address import Place, faults, missing, normalise, split_street
from channels.document import Address
from channels.vat import fault as vat_fault
from hypothesis import given, settings
from hypothesis import strategies as st


def address(**changes):
    return Address(
        **{
            "name": "Jörg Müller",
            "street": "Lange Straße 7",
            "postcode": "20095",
            "city": "Hamburg",
            "country": "DE",
        }
        | changes
    )


def codes(**changes):
    return [fault.code for fault in faults(normalise(address(**changes)))]


# --- Street and house number ----------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "country", "parts"),
    [
        ("Lange Straße 7", "DE", ("Lange Straße", "7", "")),
        ("Lange Straße 12a", "DE", ("Lange Straße", "12a", "")),
        ("Lange Straße 12 a", "DE", ("Lange Straße", "12 a", "")),
        ("Lange Straße 12 1/2", "DE", ("Lange Straße", "12 1/2", "")),
        ("Lange Straße 12½", "DE", ("Lange Straße", "12½", "")),
        ("Lange Straße 12-14", "DE", ("Lange Straße", "12-14", "")),
        ("Lange Straße 12 a - 14 b", "DE", ("Lange Straße", "12 a - 14 b", "")),
        ("Lange Straße Nr. 7", "DE", ("Lange Straße", "7", "")),
        ("Lange Straße, 7", "DE", ("Lange Straße", "7", "")),
        ("Hauptstr.12", "DE", ("Hauptstr.", "12", "")),
        ("Hauptstraße12a", "DE", ("Hauptstraße", "12a", "")),
        ("Straße des 17. Juni 135", "DE", ("Straße des 17. Juni", "135", "")),
        ("Straße 27 Nr. 14", "DE", ("Straße 27", "14", "")),
        ("An der B 96 4", "DE", ("An der B 96", "4", "")),
        ("Lange Straße 7 Hinterhaus", "DE", ("Lange Straße", "7", "Hinterhaus")),
        ("Lange Straße 7, 2. OG links", "DE", ("Lange Straße", "7", "2. OG links")),
        ("Lange Straße 7 c/o Schmidt", "DE", ("Lange Straße", "7", "c/o Schmidt")),
        ("Lange Straße 7 Whg. 12", "DE", ("Lange Straße", "7", "Whg. 12")),
        ("Lange Straße 7, bei Schmidt", "DE", ("Lange Straße", "7", "bei Schmidt")),
        ("7 Lange Straße", "DE", ("Lange Straße", "7", "")),
        ("Hauptplatz 5/2/12", "AT", ("Hauptplatz", "5/2/12", "")),
        ("Hauptplatz 5 Stiege 2 Top 12", "AT", ("Hauptplatz", "5", "Stiege 2 Top 12")),
        ("Kerkstraat 12-3", "NL", ("Kerkstraat", "12-3", "")),
        ("Kerkstraat 12 II", "NL", ("Kerkstraat", "12 II", "")),
        ("Rue Haute 12 bte 4", "BE", ("Rue Haute", "12", "bte 4")),
        ("Nørregade 12, 3. tv", "DK", ("Nørregade", "12", "3. tv")),
        ("ul. Polna 5/3", "PL", ("ul. Polna", "5/3", "")),
        ("ul. Polna 5 m. 3", "PL", ("ul. Polna", "5", "m. 3")),
        ("Fő utca 5.", "HU", ("Fő utca", "5", "")),
        ("Dlouhá 123/4", "CZ", ("Dlouhá", "123/4", "")),
        ("Via Roma, 10/A", "IT", ("Via Roma", "10/A", "")),
        ("Calle Mayor, 5, 3º B", "ES", ("Calle Mayor", "5", "3º B")),
        ("12 bis rue de la Gare", "FR", ("rue de la Gare", "12 bis", "")),
        ("12, rue de la Gare", "FR", ("rue de la Gare", "12", "")),
        ("221B Baker Street", "GB", ("Baker Street", "221B", "")),
    ],
)
def test_street_and_number_are_told_apart(line, country, parts):
    street = split_street(line, country)
    assert (street.name, street.number, street.extra) == parts


@pytest.mark.parametrize(
    ("line", "country"),
    [
        ("Schlossallee", "DE"),
        ("Straße des 17. Juni", "DE"),
        ("Rose Cottage", "GB"),
        ("Hof 3 Feld 4 Tor", "DE"),
        ("Q7, 24", "DE"),
        ("", "DE"),
    ],
)
def test_what_cannot_be_told_apart_stays_whole(line, country):
    street = split_street(line, country)
    assert (street.name, street.number, street.extra) == (line, "", "")


@pytest.mark.parametrize(
    ("line", "name", "number"),
    [("Q7, 24", "Q7", "24"), ("C 4 11", "C 4", "11"), ("L 15, 7-9", "L 15", "7-9")],
)
def test_squares_of_mannheim(line, name, number):
    street = split_street(line, "DE", "68161")
    assert (street.name, street.number) == (name, number)


@pytest.mark.parametrize(
    ("sent", "street", "extra"),
    [
        ({"street": "Lange Straße", "street2": "7"}, "Lange Straße 7", ""),
        (
            {"street": "Lange Straße", "street2": "7, Hinterhaus"},
            "Lange Straße 7",
            "Hinterhaus",
        ),
        ({"street": "7", "street2": "Lange Straße"}, "Lange Straße 7", ""),
        ({"street": "Lange Straße", "house_number": "7 b"}, "Lange Straße 7 b", ""),
        ({"street": "Lange Straße 7", "house_number": "7"}, "Lange Straße 7", ""),
        (
            {"street": "Lange Straße 7, Hinterhaus", "street2": "c/o Schmidt"},
            "Lange Straße 7",
            "Hinterhaus, c/o Schmidt",
        ),
        ({"street": "7 Lange Straße"}, "7 Lange Straße", ""),
        ({"street": " Lange   Straße 7 , "}, "Lange Straße 7", ""),
        (
            {"street": "rue Haute", "street2": "12", "country": "FR"},
            "12 rue Haute",
            "",
        ),
    ],
)
def test_house_number_is_found_where_shops_put_it(sent, street, extra):
    normal = normalise(address(**sent))
    assert (normal.street, normal.extra) == (street, extra)
    assert normal.place == Place.HOUSE
    assert normal.house_number


def test_figure_in_the_street_is_its_name_s_where_the_channel_has_the_number_apart():
    normal = normalise(address(street="An der B 96", house_number="4"))
    assert normal.street == "An der B 96 4"
    assert (normal.street_name, normal.house_number) == ("An der B 96", "4")


def test_second_line_that_says_more_stays_as_it_is():
    normal = normalise(address(street2="3. Stock, bei Schmidt"))
    assert (normal.street, normal.extra) == ("Lange Straße 7", "3. Stock, bei Schmidt")


# --- Lockers and counters -------------------------------------------------------------


@pytest.mark.parametrize(
    "sent",
    [
        {"street": "Packstation 145", "street2": "12345678"},
        {"street": "DHL Packstation 145", "street2": "Postnummer 12345678"},
        {"street": "Packstation Nr. 145", "street2": "1234 5678"},
        {"street": "Packstation 145, 12345678"},
        {"street": "12345678", "street2": "Packstation 145"},
        {"street": "Packstation", "house_number": "145", "company": "12345678"},
        {"street": "Packstation", "street2": "145", "post_number": "12345678"},
        {"street": "packstation 145", "name": "Jörg Müller 12345678"},
        {"street": "Pack-Station 145", "company": "Post-Nr. 12345678"},
        {"company": "Packstation 145", "street": "12345678"},
    ],
)
def test_locker_is_found_wherever_the_shop_put_it(sent):
    normal = normalise(address(**sent))
    assert normal.place == Place.LOCKER
    assert (normal.street, normal.extra) == ("Packstation 145", "12345678")
    assert (normal.name, normal.company) == ("Jörg Müller", "")
    assert faults(normal) == ()


def test_nothing_that_stands_beside_a_locker_is_lost():
    normal = normalise(
        address(street="Packstation 145", street2="12345678 Bahnhof", company="Nord KG")
    )
    assert normal.extra == "12345678, Bahnhof"
    assert normal.company == "Nord KG"


def test_post_office_needs_no_post_number():
    normal = normalise(address(street="Postfiliale 502", street2="12345678"))
    assert normal.place == Place.COUNTER
    assert normal.street == "Postfiliale 502"
    assert codes(street="Postfiliale 502") == []


def test_pick_up_point_needs_no_house_number():
    assert codes(street="Kiosk am Markt", pickup_point="DE-8817") == []
    assert codes(street="Paczkomat KRAM", country="PL", postcode="30-001") == []


def test_normalising_twice_changes_nothing():
    for sent in (
        {"street": "Packstation 145", "company": "12345678"},
        {"street": "Lange Straße", "street2": "7, Hinterhaus"},
        {"street": "Q7, 24", "postcode": "68161"},
    ):
        once = normalise(address(**sent))
        again = normalise(
            address(
                name=once.name,
                company=once.company,
                street=once.street,
                street2=once.extra,
                postcode=once.postcode,
            )
        )
        assert again == once


words = st.sampled_from(
    [
        "Lange Straße",
        "7",
        "12a",
        "Packstation",
        "145",
        "12345678",
        "c/o",
        "Schmidt",
        "Hinterhaus",
        ",",
        "1/2",
        "-",
        "Q7",
        "3. OG",
        "Nr.",
        "rue",
        "Postfach",
        "½",
        "²",
    ]
)
lines = st.lists(words, max_size=6).map(" ".join) | st.text(max_size=40)


@settings(max_examples=400, deadline=None)
@given(
    street=lines,
    street2=lines,
    company=lines,
    house_number=lines,
    country=st.sampled_from(["DE", "AT", "FR", "PL", "", "XX"]),
    rest=st.text(max_size=20),
)
def test_whatever_is_sent_no_figure_of_it_is_lost(
    street, street2, company, house_number, country, rest
):
    sent = Address(
        name="Jörg Müller",
        street=street,
        street2=street2,
        company=company,
        house_number=house_number,
        country=country,
        postcode=rest,
        phone=rest,
        vat=rest,
        state=rest,
    )
    normal = normalise(sent)
    faults(normal)
    missing(normal)
    vat_fault(rest, country)
    kept = "".join((normal.street, normal.extra, normal.company, normal.name))
    for part in (street, street2, company, house_number):
        for figure in re.findall(r"[0-9]+", part):
            assert (
                figure in re.sub(r"(?<=[0-9])\s(?=[0-9])", "", kept) or figure in kept
            )


# --- What is undeliverable ------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"street": "Lange Straße"}, ["house_number"]),
        ({"street": "Rose Cottage", "country": "GB", "postcode": "EC1A 1BB"}, []),
        ({"street": "Packstation 145"}, ["post_number"]),
        ({"street": "Packstation", "street2": "12345678"}, ["locker"]),
        ({"street": "Packstation 145", "street2": "1234"}, ["post_number"]),
        ({"postcode": "2009"}, ["postcode"]),
        ({"postcode": "1010", "country": "AT"}, []),
        ({"street": "Postfach 12 34"}, ["po_box"]),
        ({"street": "P.O. Box 7", "country": "GB", "postcode": "EC1A1BB"}, ["po_box"]),
        ({"street": "Lange Straße", "postcode": "x"}, ["postcode", "house_number"]),
        ({"postcode": "12345-678", "country": "BR"}, []),
    ],
)
def test_what_cannot_be_delivered_is_named(changes, found):
    assert codes(**changes) == found


def lacking(**changes):
    return missing(normalise(address(**changes)))


def test_what_is_missing_altogether_is_named_apart():
    assert codes(street="", postcode="") == []
    assert lacking(street="", postcode="") == ("street", "postcode")
    assert lacking(name="", company="Nord KG") == ()
    assert lacking(street="", street2="12345678", company="Packstation 145") == ()
    assert lacking(postcode="", country="IE") == ()


# --- Postcode, country, phone, VAT id -------------------------------------------------


@pytest.mark.parametrize(
    ("postcode", "country", "written"),
    [
        ("D-20095", "DE", "20095"),
        ("20 095", "DE", "20095"),
        ("1012ab", "NL", "1012 AB"),
        ("00001", "PL", "00-001"),
        ("11122", "SE", "111 22"),
        ("LV1010", "LV", "LV-1010"),
        ("a-1010", "AT", "1010"),
        ("ec1a1bb", "GB", "EC1A 1BB"),
        ("d02af30", "IE", "D02 AF30"),
        ("1000100", "PT", "1000-100"),
        ("L-1234", "LU", "1234"),
        ("2009", "DE", "2009"),
        ("9020-302", "XX", "9020-302"),
    ],
)
def test_postcode_is_written_as_its_country_does(postcode, country, written):
    assert normalise(address(postcode=postcode, country=country)).postcode == written


@pytest.mark.parametrize(
    ("phone", "country", "written"),
    [
        ("040 / 123 45 67", "DE", "+49401234567"),
        ("0049 40 1234567", "DE", "+49401234567"),
        ("+43 1 5321234", "DE", "+4315321234"),
        ("01 5321234", "AT", "+4315321234"),
        ("call me", "DE", "call me"),
        ("040 1234567", "", "040 1234567"),
        ("", "DE", ""),
    ],
)
def test_phone_is_e164_where_it_can_be(phone, country, written):
    assert normalise(address(phone=phone, country=country)).phone == written


def test_vat_id_gets_the_country_that_its_owner_left_out():
    assert normalise(address(vat="136 695 976")).vat == "DE136695976"
    assert normalise(address(vat="12/345/67890")).vat == "1234567890"


def test_company_that_is_the_name_is_said_once():
    normal = normalise(address(name="Nord KG", company="Nord KG"))
    assert (normal.name, normal.company) == ("Nord KG", "")
