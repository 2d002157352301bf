"""How readers of a language write numbers and days."""

from datetime import date

from commons.vocabulary import Language

# fr and nl as the Belgian standard writes numbers: a narrow no-break space, or a point, between thousands.
SEPARATORS = {Language.FR: ("\u202f", ","), Language.NL: (".", ","), Language.EN: (",", ".")}


def written_number(value: float, language: Language, decimals: int = 0) -> str:
    """Return the number as readers of the language write it.

    >>> written_number(1234.5, Language.NL, decimals=1)
    '1.234,5'
    """
    thousands, point = SEPARATORS[language]
    return f"{value:,.{decimals}f}".translate({ord(","): thousands, ord("."): point})


def written_day(day: date, language: Language) -> str:
    """Return a day: 23/11/2026, in English 23 Nov 2026."""
    return f"{day:%d %b %Y}" if language is Language.EN else f"{day:%d/%m/%Y}"
