"""The carriers that Shopify knows: it makes the tracking link of each itself.

Its list for 2026-07, the names exactly as it wants them. Any other name is taken as it
is, and then the link is ours.
"""

EVERYWHERE = (
    "4PX", "AGS", "Amazon", "Amazon Logistics UK", "An Post", "Anjun Logistics", "APC",
    "Asendia USA", "Australia Post", "Bonshaw", "BPost", "BPost International",
    "Canada Post", "Canpar", "CDL Last Mile", "China Post", "Chronopost", "Chukou1",
    "Colissimo", "Comingle", "Coordinadora", "Correios", "Correos", "CTT",
    "CTT Express", "Cyprus Post", "Delnext", "Deutsche Post", "DHL eCommerce",
    "DHL eCommerce Asia", "DHL Express", "DPD", "DPD Local", "DPD UK", "DTD Express",
    "DX", "Eagle", "Estes", "Evri", "FedEx", "First Global Logistics", "First Line",
    "FSC", "Fulfilla", "GLS", "Guangdong Weisuyi Information Technology (WSE)",
    "Heppner Internationale Spedition GmbH & Co.", "Iceland Post", "IDEX",
    "Israel Post", "Japan Post (EN)", "Japan Post (JA)", "La Poste Colissimo",
    "La Poste Burkina Faso", "Lasership", "Latvia Post", "Lietuvos Paštas",
    "Logisters", "Lone Star Overnight", "M3 Logistics", "Meteor Space",
    "Mondial Relay", "New Zealand Post", "NinjaVan",
    "North Russia Supply Chain (Shenzhen) Co.", "OnTrac", "Packeta", "Pago Logistics",
    "Ping An Da Tengfei Express", "Pitney Bowes", "Portal PostNord", "Poste Italiane",
    "PostNL", "PostNord DK", "PostNord NO", "PostNord SE", "Purolator", "Qxpress",
    "Qyun Express", "Royal Mail", "Royal Shipments", "Sagawa (EN)", "Sagawa (JA)",
    "Sendle", "SF Express", "SFC Fulfillment", "ShipBob", "SHREE NANDAN COURIER",
    "Singapore Post", "Southwest Air Cargo", "StarTrack", "Step Forward Freight",
    "Swiss Post", "TForce Final Mile", "Tinghao", "TNT", "Toll IPEC",
    "United Delivery Service", "UPS", "USPS", "Venipak", "We Post", "Whistl", "Wizmo",
    "WMYC", "Xpedigo", "XPO Logistics", "Yamato (EN)", "Yamato (JA)",
    "YiFan Express", "YunExpress",
)  # fmt: skip
IN_EUROPE = (
    "ACS Courier", "Bring", "BRT", "Colis Privé", "Deutsche Post (DE)",
    "Deutsche Post (EN)", "DHL", "DHL Parcel", "DPD Ireland", "Fastway", "GLS Italy",
    "Hermes", "Inpost", "Österreichische Post", "Parcelforce", "SEUR", "Speedy",
    "Swiship", "Tuffnells", "Yodel", "Zásilkovna",
)  # fmt: skip
"""Names that Shopify knows of shops in one country only."""

CARRIERS = {name: name for name in sorted((*EVERYWHERE, *IN_EUROPE), key=str.lower)}
