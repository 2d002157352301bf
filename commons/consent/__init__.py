"""Consent: who allowed what to whom. The rules are resolved by `commons/database/routines/permissions.sql`."""

from commons.consent.change import Change, set_agreement, set_consent
from commons.consent.decide import approve, refuse
from commons.consent.show import Shown, show
from commons.consent.statements import Word
from commons.consent.wanted import Wanted

__all__ = [
    "Change",
    "Shown",
    "Wanted",
    "Word",
    "approve",
    "refuse",
    "set_agreement",
    "set_consent",
    "show",
]
