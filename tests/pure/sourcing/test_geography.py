"""Distances against known ones, and where addresses are found."""

import pytest
from sourcing.geography import (
    COUNTRIES,
    FARTHEST_KM,
    GERMAN_ZONES,
    Position,
    haversine_km,
    locate,
)
from worlds import BERLIN, COLOGNE, HAMBURG, MUNICH, VIENNA


@pytest.mark.parametrize(
    ("a", "b", "km"),
    [
        (BERLIN, MUNICH, 504),
        (BERLIN, HAMBURG, 255),
        (HAMBURG, COLOGNE, 357),
        (Position(40.71, -74.01), Position(51.51, -0.13), 5570),  # New York, London
        (Position(0, 179), Position(0, -179), 222.4),  # across the date line
    ],
)
def test_distance_is_that_of_the_atlas(a, b, km):
    assert haversine_km(a, b) == pytest.approx(km, rel=0.005)
    assert haversine_km(a, b) == haversine_km(b, a)


def test_distance_of_a_place_to_itself_is_zero():
    assert haversine_km(VIENNA, VIENNA) == 0


def test_opposite_points_are_the_farthest():
    assert haversine_km(Position(52, 13), Position(-52, -167)) == pytest.approx(
        FARTHEST_KM
    )


@pytest.mark.parametrize(("latitude", "longitude"), [(91, 0), (0, 181), (-90.1, 0)])
def test_position_off_the_map_is_refused(latitude, longitude):
    with pytest.raises(ValueError, match="No such position"):
        Position(latitude, longitude)


# City centres with their postcodes, from all ten regions.
@pytest.mark.parametrize(
    ("postcode", "latitude", "longitude"),
    [
        ("01067", 51.05, 13.73),  # Dresden
        ("17489", 54.09, 13.39),  # Greifswald
        ("24937", 54.78, 9.44),  # Flensburg
        ("38100", 52.26, 10.52),  # Braunschweig
        ("48143", 51.96, 7.63),  # Münster
        ("52062", 50.78, 6.08),  # Aachen
        ("66111", 49.23, 6.99),  # Saarbrücken
        ("79098", 47.99, 7.85),  # Freiburg
        ("80331", 48.14, 11.57),  # Munich
        ("94032", 48.57, 13.46),  # Passau
        ("11011", 52.52, 13.38),  # Bundestag
    ],
)
def test_german_postcode_is_found_within_its_zone(postcode, latitude, longitude):
    found = locate("DE", postcode)
    assert haversine_km(found, Position(latitude, longitude)) < 75


@pytest.mark.parametrize("postcode", ["20095", " 20095 ", "D-20095", "DE 20095"])
def test_postcode_is_read_however_it_is_written(postcode):
    assert locate("de", postcode) == Position(*GERMAN_ZONES["20"])


@pytest.mark.parametrize("postcode", [None, "", "1067", "200955", "00000", "Hamburg"])
def test_postcode_in_no_zone_falls_back_to_the_country(postcode):
    assert locate("DE", postcode) == Position(*COUNTRIES["DE"])


def test_foreign_postcode_is_not_taken_for_a_german_one():
    assert locate("FR", "20095") == Position(*COUNTRIES["FR"])
    assert locate("AT", "1010") == Position(*COUNTRIES["AT"])


@pytest.mark.parametrize("country", [None, "", "US", "XX", "Germany"])
def test_unknown_country_has_no_position(country):
    assert locate(country, "20095") is None


def test_every_zone_in_use_is_there_and_in_germany():
    unused = {"00", "05", "43", "62"}
    assert set(GERMAN_ZONES) == {f"{zone:02}" for zone in range(100)} - unused
    for latitude, longitude in GERMAN_ZONES.values():
        assert 47.2 < latitude < 55.1
        assert 5.8 < longitude < 15.1


@pytest.mark.parametrize("region", "0123456789")
def test_zones_with_the_same_first_digit_lie_together(region):
    zones = [
        Position(*place) for zone, place in GERMAN_ZONES.items() if zone[0] == region
    ]
    middle = Position(
        sum(zone.latitude for zone in zones) / len(zones),
        sum(zone.longitude for zone in zones) / len(zones),
    )
    assert all(haversine_km(middle, zone) < 160 for zone in zones)


def test_every_country_of_the_union_is_there_and_in_europe():
    union = (
        "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE "
        "SI SK"
    )
    assert set(union.split()) <= set(COUNTRIES)
    for latitude, longitude in COUNTRIES.values():
        assert 34 < latitude < 79
        assert -25 < longitude < 60


@pytest.mark.parametrize(
    ("near", "far", "home"),
    [("AT", "PT", "DE"), ("DK", "GR", "DE"), ("NL", "RO", "DE"), ("IE", "FI", "GB")],
)
def test_neighbours_are_nearer_than_strangers(near, far, home):
    here = locate(home, None)
    assert haversine_km(here, locate(near, None)) < haversine_km(
        here, locate(far, None)
    )
