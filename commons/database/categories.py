"""Storing the shipped category scheme as the reference that every role reads."""

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from commons.categories.scheme import categories, category_by_term
from commons.database.tables.reference import category, category_synonym
from commons.vocabulary import Language


def load_categories(connection: Connection) -> None:
    """Store the categories and synonyms; those already stored take the present labels, none is removed."""
    statement = insert(category)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["code"],
            set_={
                column.name: statement.excluded[column.name]
                for column in category.columns
                if column.name != "code"
            },
        ),
        [
            {
                "code": entry.code,
                "position": position,
                "sensitive": entry.sensitive,
                **{f"label_{language}": entry.label[language] for language in Language},
            }
            for position, entry in enumerate(categories())
        ],
    )
    synonym = insert(category_synonym)
    connection.execute(
        synonym.on_conflict_do_update(index_elements=["term"], set_={"category": synonym.excluded.category}),
        [{"term": term, "category": code} for term, code in category_by_term().items()],
    )
