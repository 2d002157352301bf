"""What every table module shares: the metadata with its naming convention, the enum types, and column makers."""

import re
from enum import StrEnum
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    Enum,
    ForeignKey,
    Identity,
    MetaData,
    func,
)

from commons import vocabulary

PRIVATE = "commons"
REFERENCE = "reference"

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _enum_type(members: type[StrEnum]) -> Enum:
    """Return the PostgreSQL enum of these members, in the schema that every role may use."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", members.__name__).lower()
    return Enum(
        members,
        name=name,
        schema=REFERENCE,
        metadata=metadata,
        values_callable=lambda e: [m.value for m in e],
    )


AUDIENCE = _enum_type(vocabulary.Audience)
PURPOSE = _enum_type(vocabulary.Purpose)
FIELD_GROUP = _enum_type(vocabulary.FieldGroup)
PRECISION = _enum_type(vocabulary.Precision)
DISTRICT_LEVEL = _enum_type(vocabulary.DistrictLevel)
SUBJECT_KIND = _enum_type(vocabulary.SubjectKind)
RESOURCE_KIND = _enum_type(vocabulary.ResourceKind)
MUTUALISATION_STEP = _enum_type(vocabulary.MutualisationStep)
COOPERATION = _enum_type(vocabulary.Cooperation)
OBSTACLE = _enum_type(vocabulary.Obstacle)
INTENSITY = _enum_type(vocabulary.Intensity)
STANCE = _enum_type(vocabulary.Stance)
CONSENT_EFFECT = _enum_type(vocabulary.ConsentEffect)
VERDICT = _enum_type(vocabulary.Verdict)
UPLOAD_MODE = _enum_type(vocabulary.UploadMode)
SOURCE_KIND = _enum_type(vocabulary.SourceKind)
SOURCE_STATE = _enum_type(vocabulary.SourceState)


def array_of(item: Any) -> ARRAY[Any]:
    """Return the array type of an enum or text type."""
    return ARRAY(item)


def identity_key(name: str) -> Column[int]:
    """Return a primary key that PostgreSQL numbers."""
    return Column(name, BigInteger, Identity(always=True), primary_key=True)


def refers_to(name: str, target: str, *, nullable: bool = False, **options: Any) -> Column[int]:
    """Return a foreign key column to `schema.table.column`."""
    return Column(name, BigInteger, ForeignKey(target), nullable=nullable, **options)


def moment(name: str, *, nullable: bool = False, default_now: bool = False) -> Column[Any]:
    """Return a timestamptz column, by default the transaction's time."""
    return Column(
        name, DateTime(timezone=True), nullable=nullable, server_default=func.now() if default_now else None
    )


def geometry_column(name: str, kind: str, *, nullable: bool = True) -> Column[Any]:
    """Return an EPSG:4326 geometry column; its GiST index is declared beside its table."""
    return Column(name, Geometry(kind, srid=4326, spatial_index=False), nullable=nullable)
