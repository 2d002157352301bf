"""Consent: who allowed what to whom. The rules are resolved by `commons/database/routines/release.sql`."""
