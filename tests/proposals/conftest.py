"""What is shown to some and not to others, of which visitors then propose something."""

import pytest
from proposing import public_id_of

from builders import make_dataset, make_deny, make_record, open_terms


@pytest.fixture
def seen(database):
    """Three alternatives: one that everyone sees, one for partners only, one withheld; by name, with a public id each."""
    with database.connect() as connection:
        dataset = make_dataset(connection, "voisins", open_terms())
        made = {
            "shown": make_record(connection, dataset, key="shown", name="Shown", flags={}),
            "partners": make_record(connection, dataset, key="partners", flags={"visibility": "partners"}),
            "withheld": make_record(connection, dataset, key="withheld", name="Withheld", flags={}),
        }
    ids = {"withheld": public_id_of(database, made["withheld"])}
    with database.connect() as connection:
        make_deny(connection, dataset, made["withheld"].record_id, "partners")
    ids["shown"] = public_id_of(database, made["shown"])
    ids["partners"] = public_id_of(database, made["partners"], "partners")
    return ids
