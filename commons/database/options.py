"""The options of the embedded server, for a small machine that holds other people's data, and of any database."""

from commons.territory import territory

SILENT_LOG = {
    # A partner's value never reaches the log. An ERROR's own sentence may quote one ("invalid input syntax
    # for type integer: …"), not only its DETAIL: so errors go to the client alone (LOG and FATAL stay).
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
"""What keeps statements, their errors and their values out of a server's log."""
OPTIONS = SILENT_LOG | {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_connections": "60",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": territory().time_zone.key,
    "log_checkpoints": "off",
    "log_destination": "stderr",
    "logging_collector": "off",
}
"""Given on the server's command line, so that they hold whatever a file or ALTER SYSTEM says."""
HASTY_OPTIONS = OPTIONS | {"fsync": "off", "full_page_writes": "off"}
"""The same without safety in a power cut: for clusters that tests throw away."""

DATABASE_OPTIONS = SILENT_LOG | {
    # Compiling the release's long statements takes minutes; running them, seconds.
    "jit": "off",
    # The work of a client that is gone ends, and its locks with it; by itself PostgreSQL would notice at the end only.
    "client_connection_check_interval": "5s",
    # What the program counts on, where the server may have other defaults: psycopg reads dates in this style only, a
    # merge takes as long as it takes, and an upload may wait for another.
    "timezone": territory().time_zone.key,
    "datestyle": "ISO, MDY",
    "intervalstyle": "postgres",
    "default_transaction_isolation": "read committed",
    "default_transaction_read_only": "off",
    "statement_timeout": "0",
    "lock_timeout": "0",
}
"""Given to the database at every upgrade, whatever server holds it; a role's own settings count before these."""
OPTIONS_OF_A_SUPERUSER = (
    *sorted(SILENT_LOG.keys() - {"log_parameter_max_length_on_error"}),
    "temp_file_limit",
)
"""What an ordinary owner may set only where a superuser has let it."""
