"""What there is of each dataset, from stored records to what each audience sees."""

import pandas as pd

from commons.database.connection import Connection
from commons.database.statements import run_file


def dataset_overview(connection: Connection) -> pd.DataFrame:
    """Return one row per dataset: `partner`, `dataset`, `rows_in`, `set_aside`, `records`, `shared`, `public`, …

    `rows_in` and `set_aside` are of the last upload; `shared` are the records that partners see another dataset knows
    too; `public` and `partners` the alternatives, as that audience sees them, to which the dataset supplies a value.
    """
    cursor = run_file(connection, "commons", "overview")
    return pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description or ()])
