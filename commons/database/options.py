"""The options of the embedded server, for a small machine that holds other people's data."""

OPTIONS = {
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
    "timezone": "UTC",
    # A partner's value never reaches the log. An ERROR's own sentence may quote one ("invalid input syntax
    # for type integer: …"), not only its DETAIL: so errors go to the client alone (LOG and FATAL stay).
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_checkpoints": "off",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_destination": "stderr",
    "logging_collector": "off",
}
"""Given on the server's command line, so that they hold whatever a file or ALTER SYSTEM says."""
HASTY_OPTIONS = OPTIONS | {"fsync": "off", "full_page_writes": "off"}
"""The same without safety in a power cut: for clusters that tests throw away."""
