"""A fictional world of alternatives in real districts, and the files of four fictional partners about it."""

from ingest.demo.write import DemoReport, write_demo

__all__ = ["DemoReport", "write_demo"]
