"""The one error type that reaches a person: what happened and what to do next, in their language."""

from commons.i18n import translate
from commons.vocabulary import Language


class CommonsError(Exception):
    """A failure that is explained: `key` names the two texts `error.<key>.what` and `error.<key>.remedy`.

    The values fill the texts' placeholders; they never hold a partner's values or SQL.
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values

    def what(self, language: Language | None = None) -> str:
        """Return what happened."""
        return translate(f"error.{self.key}.what", language, **self.values)

    def remedy(self, language: Language | None = None) -> str:
        """Return what to do next."""
        return translate(f"error.{self.key}.remedy", language, **self.values)

    def __str__(self) -> str:
        return f"{self.what()} {self.remedy()}"
