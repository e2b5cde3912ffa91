"""Who buys at the demo shop, and where they live.

Names and streets are common ones, put together by chance; postcodes belong to their
cities, so that distances make sense. VAT rates are those of May 2026, standard and
reduced for food, in percent (European Commission, Taxes in Europe Database).
"""

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from unicodedata import combining, normalize


@dataclass(frozen=True)
class Country:
    """What is usual in one country.

    `weight` says how often people of this country buy, against the others. `street`
    is how a street and a house number are written one after the other.
    """

    weight: int
    language: str
    standard_rate: Decimal
    reduced_rate: Decimal
    dialling_code: str
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    streets: tuple[str, ...]
    places: tuple[tuple[str, str], ...]
    street: str = "{street} {number}"

    def rate(self, reduced: bool) -> Decimal:
        return self.reduced_rate if reduced else self.standard_rate


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


def _places(text: str) -> tuple[tuple[str, str], ...]:
    """`postcode city` pairs; a postcode has no space, or `_` in its place."""
    pairs = (part.split(" ", 1) for part in _list(text))
    return tuple((postcode.replace("_", " "), city) for postcode, city in pairs)


COUNTRIES = {
    "DE": Country(
        weight=60,
        language="de-DE",
        standard_rate=Decimal(19),
        reduced_rate=Decimal(7),
        dialling_code="+49",
        first_names=_list(
            "Anna, Lena, Jürgen, Sophie, Björn, Katrin, Mehmet, Käthe, Lukas, Jonas,"
            "Ayşe, Bärbel, Tobias, Friederike, Uwe, Götz, Marie, Stefan, Änne, Paul,"
            "Sören, Claudia, Emre, Hannah, Jörg, Nele, Matthias, Silke, Felix, Renate"
        ),
        last_names=_list(
            "Müller, Schröder, Weiß, Krüger, Şahin, Schäfer, Groß, Böhm, Hansen,"
            "Petersen, Fuchs, Jäger, Lindner, Öztürk, Kowalski, Neumann, Brandt, Voß,"
            "Hübner, Seidel, Graf, Thiele, König, Lüders, Ebert, Nguyen, Winkler, Maaß"
        ),
        streets=_list(
            "Hauptstraße, Gartenstraße, Bahnhofstraße, Lindenallee, Schillerstraße,"
            "Am Mühlbach, Goethestraße, Bergstraße, Kirchweg, Ringstraße, Rosenweg,"
            "Birkenweg, Mozartstraße, Dorfstraße, Am Sportplatz, Brückenstraße,"
            "Wiesengrund, Blücherstraße, Schützenstraße, An der Weide, Marktstraße"
        ),
        places=_places(
            "10115 Berlin, 10435 Berlin, 12047 Berlin, 13353 Berlin, 14467 Potsdam,"
            "15230 Frankfurt (Oder), 18055 Rostock, 19053 Schwerin, 20357 Hamburg,"
            "22041 Hamburg, 22765 Hamburg, 23552 Lübeck, 24103 Kiel, 26122 Oldenburg,"
            "28195 Bremen, 30159 Hannover, 33602 Bielefeld, 34117 Kassel,"
            "37073 Göttingen, 38100 Braunschweig, 39104 Magdeburg, 40213 Düsseldorf,"
            "44135 Dortmund, 45127 Essen, 48143 Münster, 50667 Köln, 52062 Aachen,"
            "53111 Bonn, 55116 Mainz, 60311 Frankfurt am Main, 66111 Saarbrücken,"
            "68159 Mannheim, 69117 Heidelberg, 70173 Stuttgart, 72070 Tübingen,"
            "76133 Karlsruhe, 79098 Freiburg im Breisgau, 80331 München,"
            "81541 München, 83022 Rosenheim, 86150 Augsburg, 88045 Friedrichshafen,"
            "89073 Ulm, 90402 Nürnberg, 91054 Erlangen, 93047 Regensburg,"
            "97070 Würzburg, 99084 Erfurt, 01067 Dresden, 04109 Leipzig, 06108 Halle"
        ),
    ),
    "AT": Country(
        weight=14,
        language="de-AT",
        standard_rate=Decimal(20),
        reduced_rate=Decimal(10),
        dialling_code="+43",
        first_names=_list("Lukas, Johanna, Alois, Theresa, Günther, Magdalena, Franz"),
        last_names=_list("Gruber, Moser, Pichler, Höller, Steiner, Wallner, Kröll"),
        streets=_list("Landstraße, Mühlgasse, Wiener Straße, Schulgasse, Am Anger"),
        places=_places(
            "1070 Wien, 1100 Wien, 4020 Linz, 5020 Salzburg, 6020 Innsbruck,"
            "6900 Bregenz, 8010 Graz, 9020 Klagenfurt am Wörthersee"
        ),
    ),
    "NL": Country(
        weight=8,
        language="nl",
        standard_rate=Decimal(21),
        reduced_rate=Decimal(9),
        dialling_code="+31",
        first_names=_list("Daan, Sanne, Bram, Femke, Joost, Lotte"),
        last_names=_list("de Vries, van den Berg, Bakker, Jansen, Visser"),
        streets=_list("Kerkstraat, Dorpsstraat, Molenweg, Julianalaan"),
        places=_places(
            "1012_AB Amsterdam, 3011_AD Rotterdam, 3511_BS Utrecht, 5611_AZ Eindhoven,"
            "9711_LM Groningen"
        ),
    ),
    "FR": Country(
        weight=7,
        language="fr",
        standard_rate=Decimal(20),
        reduced_rate=Decimal("5.5"),
        dialling_code="+33",
        first_names=_list("Chloé, Étienne, Hélène, François, Zoé, Jérôme"),
        last_names=_list("Lefèvre, Moreau, Garnier, Dubois, Périer"),
        streets=_list("rue de la Gare, avenue Victor Hugo, rue des Écoles"),
        places=_places(
            "67000 Strasbourg, 69003 Lyon, 75011 Paris, 33000 Bordeaux, 59800 Lille,"
            "38000 Grenoble"
        ),
        street="{number} {street}",
    ),
    "IT": Country(
        weight=4,
        language="it",
        standard_rate=Decimal(22),
        reduced_rate=Decimal(10),
        dialling_code="+39",
        first_names=_list("Giulia, Matteo, Niccolò, Francesca, Luca"),
        last_names=_list("Rossi, Ferrari, Bianchi, Hofer, Dalla Costa"),
        streets=_list("Via Roma, Via Garibaldi, Via Dante, Viale Trento"),
        places=_places("39100 Bolzano, 38122 Trento, 20121 Milano, 37121 Verona"),
    ),
    "DK": Country(
        weight=4,
        language="da",
        standard_rate=Decimal(25),
        reduced_rate=Decimal(25),
        dialling_code="+45",
        first_names=_list("Søren, Freja, Mikkel, Astrid, Jørgen"),
        last_names=_list("Nielsen, Sørensen, Kjær, Møller, Østergaard"),
        streets=_list("Nørregade, Østergade, Skolevej, Strandvejen"),
        places=_places("1050 København K, 8000 Aarhus C, 5000 Odense C, 6200 Aabenraa"),
    ),
    "PL": Country(
        weight=3,
        language="pl",
        standard_rate=Decimal(23),
        reduced_rate=Decimal(5),
        dialling_code="+48",
        first_names=_list("Zofia, Michał, Agnieszka, Paweł, Łukasz"),
        last_names=_list("Wiśniewska, Zieliński, Wójcik, Nowak, Dąbrowski"),
        streets=_list("ul. Polna, ul. Leśna, ul. Słoneczna, ul. Ogrodowa"),
        places=_places(
            "00-001 Warszawa, 50-101 Wrocław, 60-101 Poznań, 70-001 Szczecin"
        ),
    ),
}

COMPANIES = _list(
    "Bergsport Allgäu, Naturkita Waldmäuse, Segelschule Kieler Förde, Büro Grünwerk,"
    "Hüttenwirt Höllental, Pfadfinderladen Elbe, Zeltverleih Süd, Gasthof zur Mühle"
)
LETTERS = ("", "", "", "", "", "", "", "a", "b")
LEGAL_FORMS = ("GmbH", "e.K.", "GmbH & Co. KG", "UG (haftungsbeschränkt)")


def person(random: Random, country_code: str) -> dict:
    """A person with an address, as the demo shop writes it; now and then a company."""
    country = COUNTRIES[country_code]
    first, last = random.choice(country.first_names), random.choice(country.last_names)
    postcode, city = random.choice(country.places)
    line = country.street.format(
        street=random.choice(country.streets), number=_house_number(random)
    )
    address = {
        "first_name": first,
        "last_name": last,
        "company": "",
        "street": line,
        "extra": "",
        "zip": postcode,
        "city": city,
        "country": country_code,
        "phone": f"{country.dialling_code} {random.randint(150, 799)} "
        f"{random.randint(1_000_000, 9_999_999)}",
        "email": f"{_ascii(first)}.{_ascii(last)}{random.randint(1, 99)}@example.com",
        "vat_id": "",
    }
    if country_code == "DE":
        address.update(_german_habits(random))
    return address


def _german_habits(random: Random) -> dict:
    """Some Germans buy for their company, some let a parcel locker receive."""
    habit = random.choices(
        (_plain, _company, _parcel_locker, _extra), weights=(78, 6, 8, 8)
    )[0]
    return habit(random)


def _plain(_random: Random) -> dict:
    return {}


def _company(random: Random) -> dict:
    return {"company": company(random), "vat_id": german_vat_id(random)}


def company(random: Random) -> str:
    return f"{random.choice(COMPANIES)} {random.choice(LEGAL_FORMS)}"


def _parcel_locker(random: Random) -> dict:
    return {
        "street": f"Packstation {random.randint(101, 260)}",
        "extra": f"{random.randint(10_000_000, 99_999_999)}",
    }


def _extra(random: Random) -> dict:
    return {"extra": random.choice(_EXTRAS)}


_EXTRAS = ("Hinterhaus", "2. OG links", "c/o Schmidt", "Gartenhaus", "3. Stock")


def german_vat_id(random: Random) -> str:
    """A VAT number whose check digit is right (ISO 7064, MOD 11,10)."""
    digits = [random.randint(1, 9), *(random.randint(0, 9) for _ in range(7))]
    product = 10
    for digit in digits:
        total = (digit + product) % 10 or 10
        product = 2 * total % 11
    check = (11 - product) % 10
    return f"DE{''.join(map(str, digits))}{check}"


def _house_number(random: Random) -> str:
    return f"{random.randint(1, 140)}{random.choice(LETTERS)}"


_ASCII = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "ł": "l", " ": ""}
)


def _ascii(name: str) -> str:
    """A name as mail addresses spell it."""
    spelled = normalize("NFC", name).lower().translate(_ASCII)
    return "".join(c for c in normalize("NFD", spelled) if not combining(c))
