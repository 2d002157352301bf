"""What a record is made of: the catalogue of its fields, from which tables, statements and exports follow."""
