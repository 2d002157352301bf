import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import map_frames


@pytest.fixture(scope="session")
def districts():
    return map_frames.with_values(map_frames.squares())


@pytest.fixture(scope="session")
def places(districts):
    return map_frames.places(districts, count=60)
