"""The schema goes up, down and up again, and is what the metadata say."""

from commons.database import migrate


def test_up_down_up_and_no_difference_from_the_metadata(empty_database):
    migrate.upgrade(empty_database.url)
    migrate.check(empty_database.url)
    migrate.downgrade(empty_database.url)
    left = empty_database.rows(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname ~ '^(commons|reference|released)' AND c.relname !~ 'alembic_version'"
    )
    assert left == []
    migrate.upgrade(empty_database.url)
    migrate.check(empty_database.url)


def test_upgrade_twice_changes_nothing(empty_database):
    migrate.upgrade(empty_database.url)
    described = (
        "SELECT oid::regprocedure::text, prosrc FROM pg_proc WHERE pronamespace = 'commons'::regnamespace"
    )
    before = sorted(empty_database.rows(described))
    migrate.upgrade(empty_database.url)
    assert sorted(empty_database.rows(described)) == before
