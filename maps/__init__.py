"""Released data on its way out, drawn: it reads the released schemas and nothing else."""
