"""A fictional world of alternatives in real districts, and the files of four fictional partners about it."""

from ingest.demo.load import DemoPartner, demo_partners, load_demo_partner, refuse_real_partners
from ingest.demo.write import DemoReport, write_demo

__all__ = [
    "DemoPartner",
    "DemoReport",
    "demo_partners",
    "load_demo_partner",
    "refuse_real_partners",
    "write_demo",
]
