"""Stand-ins for other people's servers."""

from contextlib import closing

import pytest
from stand_in import StandIn


@pytest.fixture
def server():
    with closing(StandIn()) as stand_in:
        yield stand_in


@pytest.fixture
def other():
    with closing(StandIn()) as stand_in:
        yield stand_in
