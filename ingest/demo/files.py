"""The four files: each format with the headers, the encoding and the oddities of its partner."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from openpyxl import Workbook

from commons.districts.structure import METRIC_CRS
from commons.territory import STORAGE_CRS
from ingest.demo.partnership import HABITS

ASSOCIATION = "adressen-wijde-koer"

NETWORK_COLUMNS = {
    "Identifiant": "partner_key", "Nom": "name", "Catégorie": "category_raw", "Description": "description",
    "Rue": "street", "Numéro": "house_number", "CP": "postcode", "Commune": "municipality",
    "Latitude": "lat", "Longitude": "lon", "Téléphone": "phone", "Courriel": "email", "Site web": "website",
    "Forme juridique": "legal_form", "Date de création": "founded_on", "Date de fin": "ended_on",
    "Offres": "offers", "Besoins": "needs", "Mutualisations": "mutualisations",
    "Type de mutualisation": "mutualisation_kinds", "Mutualisation depuis": "mutualisation_since",
    "Personne de contact": "contact_person", "Courriel de contact": "contact_email",
    "Visibilité": "visibility", "Précision": "precision", "Contact visible": "contact",
    "Statistiques": "statistics", "Réutilisation": "reuse", "Licence": "licence",
    "Consentement par": "consent_by", "Consentement le": "consent_on",
    "Consentement jusqu'au": "consent_until",
}  # fmt: skip
FEDERATION_COLUMNS = {
    "referentie": "partner_key", "nom_fr": "name_fr", "naam_nl": "name_nl", "categorie": "category_raw",
    "description_fr": "description_fr", "omschrijving_nl": "description_nl", "rechtsvorm": "legal_form",
    "rue": "street_fr", "nummer": "house_number", "postcode": "postcode", "gemeente": "municipality_nl",
    "telefoon": "phone", "email": "email", "website": "website", "opgericht_op": "founded_on",
    "gestopt_op": "ended_on", "aanbod": "offers", "noden": "needs", "mutualisation": "mutualisations",
    "soort_mutualisatie": "mutualisation_kinds", "mutualisatie_sinds": "mutualisation_since",
    "contactpersoon": "contact_person", "contact_email": "contact_email", "visibility": "visibility",
    "precision": "precision", "contact": "contact", "statistics": "statistics", "reuse": "reuse",
    "licence": "licence", "consent_by": "consent_by", "consent_on": "consent_on",
    "consent_until": "consent_until", "consent_evidence": "consent_evidence",
}  # fmt: skip
ASSOCIATION_COLUMNS = {
    "Fichenummer": "partner_key", "Naam": "name", "Categorei": "category_raw", "Omschrijvng": "description",
    "Straat": "street", "Huisnummer": "house_number", "Postcode": "postcode", "Gemeente": "municipality",
    "Lengtegraad": "lat", "Breedtegraad": "lon", "Telefoonnumer": "phone", "E-mail": "email",
    "Websiet": "website", "Rechtsvorm": "legal_form", "Opgericht op": "founded_on",
    "Stopgezet op": "ended_on", "Aanbod": "offers", "Noden": "needs", "Mutualisaties": "mutualisations",
    "Soort mutualisatie": "mutualisation_kinds", "Mutualisatie sinds": "mutualisation_since",
    "Contactpersoon": "contact_person", "E-mail contactpersoon": "contact_email",
    "Zichtbaarheid": "visibility", "Nauwkeurigheid": "precision", "Contact zichtbaar": "contact",
    "Statistiek": "statistics", "Hergebruik": "reuse", "Licentie": "licence",
    "Toestemming door": "consent_by", "Toestemming op": "consent_on", "Toestemming tot": "consent_until",
}  # fmt: skip
"""The longitudes stand under the latitudes' header, and the reverse; three headers are misspelt."""
CITIZEN_COLUMNS = {
    "id": "partner_key", "name": "name", "category": "category_raw", "description": "description",
    "description_en": "description_en", "street": "street", "house_number": "house_number",
    "postcode": "postcode", "municipality": "municipality", "phone": "phone", "email": "email",
    "website": "website", "legal_form": "legal_form", "founded_on": "founded_on", "ended_on": "ended_on",
    "offers": "offers", "needs": "needs", "mutualisation": "mutualisations",
    "mutualisation_kind": "mutualisation_kinds", "mutualisation_since": "mutualisation_since",
    "contact_person": "contact_person", "contact_email": "contact_email", "visibility": "visibility",
    "precision": "precision", "contact": "contact", "statistics": "statistics", "reuse": "reuse",
    "licence": "licence", "consent_by": "consent_by", "consent_on": "consent_on",
    "consent_until": "consent_until", "consent_evidence": "consent_evidence",
}  # fmt: skip
LAYER = "leden"
SHEET = "Adressen"
MISSPELT = {"Brussel": "Brusel", "Schaarbeek": "Schaarbek", "Elsene": "Elsenne"}
MISSPELT_EVERY = 9
DAY_AS_TEXT_EVERY = 4
"""Of the association's rows: a misspelt commune in each ninth, a day typed as text in each fourth."""


def write_network(records: pd.DataFrame, path: Path) -> None:
    """Write the network's CSV as an old spreadsheet saves it: cp1252, semicolons, decimal commas."""
    table = _table(records, NETWORK_COLUMNS)
    for column in ("Latitude", "Longitude"):
        table[column] = ["" if pd.isna(value) else str(value).replace(".", ",") for value in table[column]]
    table.to_csv(path, sep=";", index=False, encoding="cp1252", lineterminator="\r\n")


def write_federation(records: pd.DataFrame, path: Path) -> None:
    """Write the federation's GeoPackage: points in Belgian Lambert 72, columns in two languages."""
    table = _table(records, FEDERATION_COLUMNS).replace("", None)
    points = gpd.GeoSeries(_points(records), crs=STORAGE_CRS).to_crs(METRIC_CRS)
    path.unlink(missing_ok=True)
    gpd.GeoDataFrame(table, geometry=points).to_file(path, layer=LAYER, driver="GPKG", engine="pyogrio")


def write_association(records: pd.DataFrame, path: Path) -> None:
    """Write the association's workbook: typed cells, swapped coordinates, typos, and a sheet of remarks."""
    table = _table(records, ASSOCIATION_COLUMNS).astype("object")
    careless = table.index % MISSPELT_EVERY == 0
    table["Gemeente"] = table["Gemeente"].mask(careless, table["Gemeente"].replace(MISSPELT))
    table["Postcode"] = table["Postcode"].astype("int64").astype("object")
    days = pd.to_datetime(table["Opgericht op"], format=HABITS[ASSOCIATION].day).astype("object")
    table["Opgericht op"] = table["Opgericht op"].where(table.index % DAY_AS_TEXT_EVERY == 0, days)
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet(SHEET)
    sheet.append(list(table.columns))
    for row in table.itertuples(index=False):
        sheet.append([None if pd.isna(cell) or cell == "" else cell for cell in row])
    remarks = book.create_sheet("Uitleg")
    remarks.append(["Alles in dit bestand is verzonnen.", "Tout est inventé.", "Everything is invented."])
    book.save(path)


def write_citizens(records: pd.DataFrame, path: Path) -> None:
    """Write the citizens' GeoJSON (RFC 7946): English names of properties, French values."""
    rows = _table(records, CITIZEN_COLUMNS).to_dict("records")
    features = [
        {
            "type": "Feature",
            "geometry": None if np.isnan(lon) else {"type": "Point", "coordinates": [lon, lat]},
            "properties": {name: cell or None for name, cell in row.items()},
        }
        for row, lon, lat in zip(
            rows, records["lon"].astype(float), records["lat"].astype(float), strict=True
        )
    ]
    collection: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(collection, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


WRITERS = {
    ".csv": write_network,
    ".gpkg": write_federation,
    ".xlsx": write_association,
    ".geojson": write_citizens,
}


def _table(records: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    return records[list(columns.values())].set_axis(list(columns), axis="columns").reset_index(drop=True)


def _points(records: pd.DataFrame) -> gpd.GeoSeries:
    points = gpd.GeoSeries(gpd.points_from_xy(records["lon"].astype(float), records["lat"].astype(float)))
    return points.where(records["lon"].notna().to_numpy(), None)
