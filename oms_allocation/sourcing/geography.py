"""Where an address roughly is, and how far apart two places are.

Shops seldom send coordinates. To tell the near warehouse from the far one, the
first two digits of a German postcode do, and abroad the country.

The coordinates (WGS 84, degrees, to 0.01) are from GeoNames, https://www.geonames.org,
licensed CC BY 4.0. A German zone stands at a town in its middle or at its chief
city; half of all postcodes lie within 24 km of it, 95 % within 61 km, and all
within 135 km. A country stands at the mean of its populated places, weighted by
inhabitants: where a parcel to it goes on average, not the middle of its area.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import asin, cos, pi, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0088  # mean radius of GRS 80 (IUGG)
FARTHEST_KM = pi * EARTH_RADIUS_KM  # no two places are farther apart


@dataclass(frozen=True, slots=True)
class Position:
    """A point in degrees, north and east positive. Raises ValueError off the map."""

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180):
            raise ValueError(
                f"No such position: latitude {self.latitude} (-90 to 90), "
                f"longitude {self.longitude} (-180 to 180), in degrees."
            )


def haversine_km(a: Position, b: Position) -> float:
    """The great-circle distance in km; within 0.5 % of that on the ellipsoid."""
    north_a, north_b = radians(a.latitude), radians(b.latitude)
    half_north = (north_b - north_a) / 2
    half_east = radians(b.longitude - a.longitude) / 2
    chord = sin(half_north) ** 2 + cos(north_a) * cos(north_b) * sin(half_east) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(chord, 1.0)))


def locate(country: str | None, postcode: str | None) -> Position | None:
    """The approximate position of an address, or None where it is not known.

    `country` is ISO 3166-1 alpha-2 (and XK for Kosovo), in any case. A postcode
    helps in Germany only; one that is missing, incomplete or in no zone falls back
    to the country.
    """
    country = (country or "").strip().upper()
    if country == "DE":
        zone = re.fullmatch(r"(?:DE?[- ]*)?(\d\d)\d{3}", (postcode or "").strip())
        if zone and zone[1] in GERMAN_ZONES:
            return Position(*GERMAN_ZONES[zone[1]])
    if country in COUNTRIES:
        return Position(*COUNTRIES[country])
    return None


# First two digits of the postcode: latitude, longitude. 00, 05, 43 and 62 are not
# in use; 11 serves federal authorities in Berlin only.
GERMAN_ZONES = {
    "01": (51.05, 13.74),  # Dresden
    "02": (51.18, 14.43),  # Bautzen
    "03": (51.76, 14.33),  # Cottbus
    "04": (51.34, 12.37),  # Leipzig
    "06": (51.48, 11.98),  # Halle (Saale)
    "07": (50.88, 12.08),  # Gera
    "08": (50.73, 12.49),  # Zwickau
    "09": (50.84, 12.93),  # Chemnitz
    "10": (52.52, 13.41),  # Berlin
    "11": (52.52, 13.41),  # Berlin
    "12": (52.48, 13.43),  # Neukölln
    "13": (52.57, 13.40),  # Pankow
    "14": (52.40, 13.07),  # Potsdam
    "15": (52.36, 14.06),  # Fürstenwalde
    "16": (52.75, 13.25),  # Oranienburg
    "17": (53.56, 13.26),  # Neubrandenburg
    "18": (54.09, 12.14),  # Rostock
    "19": (53.63, 11.41),  # Schwerin
    "20": (53.55, 9.99),  # Hamburg
    "21": (53.46, 9.98),  # Harburg
    "22": (53.59, 9.98),  # Hamburg-Nord
    "23": (53.87, 10.69),  # Lübeck
    "24": (54.32, 10.13),  # Kiel
    "25": (54.20, 9.10),  # Heide
    "26": (53.26, 7.93),  # Westerstede
    "27": (53.30, 9.28),  # Zeven
    "28": (53.08, 8.81),  # Bremen
    "29": (52.96, 10.57),  # Uelzen
    "30": (52.37, 9.73),  # Hannover
    "31": (52.10, 9.36),  # Hameln
    "32": (52.11, 8.67),  # Herford
    "33": (52.03, 8.53),  # Bielefeld
    "34": (51.32, 9.50),  # Kassel
    "35": (50.59, 8.68),  # Gießen
    "36": (50.55, 9.68),  # Fulda
    "37": (51.53, 9.93),  # Göttingen
    "38": (52.27, 10.53),  # Braunschweig
    "39": (52.13, 11.63),  # Magdeburg
    "40": (51.22, 6.78),  # Düsseldorf
    "41": (51.19, 6.44),  # Mönchengladbach
    "42": (51.26, 7.15),  # Wuppertal
    "44": (51.51, 7.47),  # Dortmund
    "45": (51.46, 7.01),  # Essen
    "46": (51.67, 6.62),  # Wesel
    "47": (51.43, 6.77),  # Duisburg
    "48": (51.96, 7.63),  # Münster
    "49": (52.41, 7.98),  # Bramsche
    "50": (50.93, 6.95),  # Köln
    "51": (50.99, 7.13),  # Bergisch Gladbach
    "52": (50.78, 6.08),  # Aachen
    "53": (50.73, 7.10),  # Bonn
    "54": (49.76, 6.64),  # Trier
    "55": (49.84, 7.87),  # Bad Kreuznach
    "56": (50.35, 7.58),  # Koblenz
    "57": (50.87, 8.02),  # Siegen
    "58": (51.36, 7.47),  # Hagen
    "59": (51.68, 7.82),  # Hamm
    "60": (50.12, 8.68),  # Frankfurt am Main
    "61": (50.23, 8.62),  # Bad Homburg vor der Höhe
    "63": (50.13, 8.91),  # Hanau am Main
    "64": (49.87, 8.65),  # Darmstadt
    "65": (50.09, 8.24),  # Wiesbaden
    "66": (49.23, 7.01),  # Saarbrücken
    "67": (49.35, 8.14),  # Neustadt an der Weinstraße
    "68": (49.49, 8.47),  # Mannheim
    "69": (49.41, 8.69),  # Heidelberg
    "70": (48.78, 9.18),  # Stuttgart
    "71": (48.90, 9.19),  # Ludwigsburg
    "72": (48.49, 9.20),  # Reutlingen
    "73": (48.70, 9.65),  # Göppingen
    "74": (49.14, 9.22),  # Heilbronn
    "75": (48.88, 8.70),  # Pforzheim
    "76": (49.01, 8.40),  # Karlsruhe
    "77": (48.47, 7.94),  # Offenburg
    "78": (48.06, 8.49),  # Villingen-Schwenningen
    "79": (48.00, 7.85),  # Freiburg im Breisgau
    "80": (48.14, 11.58),  # München
    "81": (48.14, 11.58),  # München
    "82": (48.00, 11.34),  # Starnberg
    "83": (47.86, 12.12),  # Rosenheim
    "84": (48.53, 12.16),  # Landshut
    "85": (48.53, 11.51),  # Pfaffenhofen an der Ilm
    "86": (48.37, 10.90),  # Augsburg
    "87": (47.73, 10.31),  # Kempten (Allgäu)
    "88": (47.78, 9.61),  # Ravensburg
    "89": (48.40, 9.99),  # Ulm
    "90": (49.45, 11.08),  # Nürnberg
    "91": (49.30, 10.59),  # Ansbach
    "92": (49.44, 11.86),  # Amberg
    "93": (49.02, 12.10),  # Regensburg
    "94": (48.84, 12.96),  # Deggendorf
    "95": (49.95, 11.58),  # Bayreuth
    "96": (49.90, 10.90),  # Bamberg
    "97": (49.79, 9.95),  # Würzburg
    "98": (50.61, 10.69),  # Suhl
    "99": (50.98, 11.04),  # Erfurt
}

# Europe's countries and the territories with a code of their own.
COUNTRIES = {
    "AD": (42.52, 1.54),  # Andorra
    "AL": (41.11, 19.85),  # Albania
    "AT": (47.81, 14.96),  # Austria
    "AX": (60.17, 20.00),  # Aland Islands
    "BA": (44.24, 17.88),  # Bosnia and Herzegovina
    "BE": (50.83, 4.44),  # Belgium
    "BG": (42.73, 24.99),  # Bulgaria
    "BY": (53.57, 27.83),  # Belarus
    "CH": (47.08, 8.07),  # Switzerland
    "CY": (35.00, 33.32),  # Cyprus
    "CZ": (49.84, 15.52),  # Czechia
    "DE": (51.03, 9.80),  # Germany
    "DK": (55.83, 11.18),  # Denmark
    "EE": (59.19, 25.25),  # Estonia
    "ES": (39.73, -3.02),  # Spain
    "FI": (61.41, 24.83),  # Finland
    "FO": (62.03, -6.81),  # Faroe Islands
    "FR": (47.11, 2.76),  # France
    "GB": (52.57, -1.45),  # United Kingdom
    "GG": (49.47, -2.53),  # Guernsey
    "GI": (36.14, -5.35),  # Gibraltar
    "GR": (38.71, 23.33),  # Greece
    "HR": (45.20, 16.33),  # Croatia
    "HU": (47.37, 19.32),  # Hungary
    "IE": (53.14, -7.00),  # Ireland
    "IM": (54.18, -4.52),  # Isle of Man
    "IS": (64.30, -21.40),  # Iceland
    "IT": (42.96, 11.95),  # Italy
    "JE": (49.20, -2.11),  # Jersey
    "LI": (47.16, 9.52),  # Liechtenstein
    "LT": (55.07, 24.14),  # Lithuania
    "LU": (49.62, 6.10),  # Luxembourg
    "LV": (56.85, 24.23),  # Latvia
    "MC": (43.74, 7.42),  # Monaco
    "MD": (47.10, 28.76),  # Moldova
    "ME": (42.53, 19.19),  # Montenegro
    "MK": (41.76, 21.50),  # North Macedonia
    "MT": (35.90, 14.46),  # Malta
    "NL": (52.08, 5.29),  # The Netherlands
    "NO": (60.76, 9.74),  # Norway
    "PL": (51.72, 19.21),  # Poland
    "PT": (39.51, -9.30),  # Portugal
    "RO": (45.63, 25.33),  # Romania
    "RS": (44.61, 20.54),  # Serbia
    "RU": (54.30, 52.74),  # Russia
    "SE": (58.86, 15.80),  # Sweden
    "SI": (46.17, 14.82),  # Slovenia
    "SJ": (78.18, 15.50),  # Svalbard and Jan Mayen
    "SK": (48.59, 18.78),  # Slovakia
    "SM": (43.95, 12.47),  # San Marino
    "UA": (48.86, 32.38),  # Ukraine
    "VA": (41.90, 12.45),  # Vatican
    "XK": (42.56, 20.93),  # Kosovo
}
