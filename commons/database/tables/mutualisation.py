"""Mutualisations: what is pooled, at which step, and what stands in the way."""

from sqlalchemy import Column, Date, Table, Text

from commons.database.tables.base import (
    COOPERATION,
    INTENSITY,
    MUTUALISATION_STEP,
    OBSTACLE,
    PRIVATE,
    RESOURCE_KIND,
    identity_key,
    metadata,
    moment,
    refers_to,
)

mutualisation = Table(
    "mutualisation",
    metadata,
    identity_key("mutualisation_id"),
    Column(
        "mutualisation_key",
        Text,
        nullable=False,
        unique=True,
        comment="its folded title: one across partners",
    ),
    Column("title", Text, nullable=False),
    Column("resource_kind", RESOURCE_KIND),
    Column("step", MUTUALISATION_STEP),
    Column("cooperation", COOPERATION),
    Column("started_on", Date),
    Column("ended_on", Date),
    moment("created_at", default_now=True),
    schema=PRIVATE,
)

mutualisation_obstacle = Table(
    "mutualisation_obstacle",
    metadata,
    identity_key("obstacle_id"),
    refers_to("mutualisation_id", "commons.mutualisation.mutualisation_id", index=True),
    refers_to("partner_id", "commons.partner.partner_id"),
    Column("obstacle", OBSTACLE, nullable=False),
    Column("intensity", INTENSITY, nullable=False),
    Column("declared_on", Date, nullable=False),
    schema=PRIVATE,
)
