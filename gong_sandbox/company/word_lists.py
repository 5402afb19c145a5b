"""Names and words that occur in the generated data."""

from __future__ import annotations

DOMAIN = "larkspur.example"

_FIRST = """
Ada Aiko Alejandra Amara Anders Anika Antoine Ayşe Bao Beatriz Bruno Camille Carlos Chidi
Chloé Dalia Daniel Deepa Dmitri Ebony Elif Emeka Esther Fatima Felix Freya Gabriela Giulia
Grace Hana Hassan Helena Hugo Ibrahim Imani Ines Isaac Jae Jamal Jasmin João Jonas Kamala
Keiko Kofi Lars Leila Liam Lucía Mai Malik Marta Mateo Mei Mila Nadia Naveen Ngozi Noah
Nora Olga Omar Paula Pavel Priya Quentin Rafael Ravi Rosa Ruth Samira Sanjay Selma Sofia
Søren Tariq Tess Thandiwe Tomás Uma Valentina Viktor Wanjiru Wei Xavier Yara Yusuf Zoë
"""
FIRST_NAMES = tuple(_FIRST.split())

_LAST = """
Abbott Adeyemi Aguilar Ahmed Almeida Andersson Baker Banerjee Becker Bianchi Björk Blom
Bouchard Campbell Castillo Chandra Chen Cohen Costa Dahl Delgado Desai Diallo Dubois Eze
Fernández Fischer Fofana Garcia Greenberg Gupta Haddad Hansen Hassan Hoang Ibarra Ishikawa
Iyer Jansen Jensen Johnson Kang Kaya Khan Kimura Kovač Kowalski Kumar Larsen Lee Lindqvist
Lopez Marino Mbeki Mensah Meyer Mitchell Moreau Murphy Nair Nakamura Nguyen Nowak O'Brien
Okafor Olsen Osei Park Patel Petrov Pham Quinn Ramírez Reyes Rossi Santos Sato Schmidt
Shapiro Silva Singh Smith Sokolov Suzuki Tanaka Thompson Tran Ueda Varga Wagner Wang Watson
Weber Williams Yamamoto Yilmaz Young Zhang Zimmermann
"""
LAST_NAMES = tuple(_LAST.split())

CUSTOMERS = (
    "Alder Freight",
    "Bluefin Foods",
    "Brightwater Clinics",
    "Cobalt Robotics",
    "Cormorant Air",
    "Delta Ceramics",
    "Ember Energy",
    "Fennel Grocers",
    "Granite Insurance",
    "Harbour Bank",
    "Juniper Hotels",
    "Kestrel Motors",
    "Lumen Schools",
    "Maple Logistics",
    "Nimbus Telecom",
    "Orchard Pharma",
    "Pinecrest Homes",
    "Quarry Cement",
    "Redwood Media",
    "Saffron Travel",
    "Tidewater Ports",
    "Umber Textiles",
    "Verdant Farms",
    "Willow Care",
)

TOPICS = (
    "Discovery",
    "Product demo",
    "Pricing review",
    "Security questions",
    "Proof of concept",
    "Contract walk-through",
    "Onboarding",
    "Quarterly review",
    "Renewal",
    "Check-in",
)

CITIES = (
    ("Portland", "OR", "97201"),
    ("Sacramento", "CA", "95814"),
    ("Boise", "ID", "83702"),
    ("Austin", "TX", "78701"),
    ("Columbus", "OH", "43215"),
    ("Albany", "NY", "12207"),
)
