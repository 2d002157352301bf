"""The one entry: a folder with the partners' files, their agreements and the truth about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd

from commons.districts.structure import Districts
from commons.i18n import translate
from commons.vocabulary import Language
from ingest.demo.files import WRITERS
from ingest.demo.places import region_ground
from ingest.demo.records import write_records
from ingest.demo.words import partners
from ingest.demo.world import build_world

SEED = 2018
"""The year in which *Mutualisons !* began."""
TRUTH_COLUMNS = {"dataset": "dataset", "row_number": "row_number", "key": "alternative_key", "fault": "fault"}


@dataclass(frozen=True)
class DemoReport:
    """What was written: the folder, how many alternatives, and the rows of each dataset by its slug."""

    directory: Path
    alternatives: int
    rows: Mapping[str, int]


def write_demo(directory: Path, districts: Districts, seed: int = SEED) -> DemoReport:
    """Return what was written to the directory: four files, `partners.toml`, `truth.csv` and `README.txt`.

    The same seed and districts give the same contents. `truth.csv` says which rows are the same alternative and
    which were spoilt on purpose.
    """
    rng = np.random.default_rng(seed)
    world = build_world(districts, rng)
    datasets = write_records(world, region_ground(districts), rng)
    directory.mkdir(parents=True, exist_ok=True)
    for partner in partners():
        path = directory / partner["dataset"]["file"]
        WRITERS[path.suffix](datasets[partner["dataset"]["slug"]], path)
    report = DemoReport(
        directory, len(world.alternatives), {slug: len(rows) for slug, rows in datasets.items()}
    )
    truth = pd.concat(datasets.values())[list(TRUTH_COLUMNS)].rename(columns=TRUTH_COLUMNS)
    truth.to_csv(directory / "truth.csv", index=False, lineterminator="\n")
    agreements = (files(__package__) / "partners.toml").read_text("utf-8")
    (directory / "partners.toml").write_text(agreements, "utf-8")
    (directory / "README.txt").write_text(_readme(report, seed), "utf-8")
    return report


def _readme(report: DemoReport, seed: int) -> str:
    """Return the same notice in three languages."""
    values = {"alternatives": report.alternatives, "rows": sum(report.rows.values()), "seed": seed}
    return "\n\n".join(translate("demo.readme", language, **values) for language in Language) + "\n"
