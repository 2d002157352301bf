"""What the header of a column says that it holds; a misspelt one has to be near to a word."""

import pandas as pd
from rapidfuzz import fuzz, process

from commons.categories.scheme import fold
from commons.consent.flags import FLAG_WORDS, YES
from ingest.headers import fold_header, header_words
from ingest.map.fields import FLAG_FIELDS
from ingest.map.mapping import Match
from ingest.map.unclear import is_refusing

TYPO_SIMILARITY = 85
"""Of 100 (rapidfuzz ratio): one wrong letter in seven. Words under `TYPO_LETTERS` are too short to tell."""
TYPO_SIMILARITY_FLAG = 75
"""Looser where the values are the flag's words: a consent column that goes unseen restricts nothing."""
TYPO_LETTERS = 5
TYPO_LETTERS_FLAG = 7
"""Of a flag's word: "refus" and "reçus" are as near to "reuse" as a misspelt one."""
LANGUAGES = ("_fr", "_nl", "_en")
ANSWERS, ANSWER_LETTERS = 6, 30
"""How many different answers a question of consent has at most, and how long they are."""
HARDLY = 0.2
"""Share under which a column does not hold what its header says."""


def by_header(column: str, texts: pd.Series) -> list[tuple[int, Match]]:
    """Return what a header may name, with the rank of its word; a misspelt one has to be near to a word."""
    folded = fold_header(column)
    words = header_words()
    if folded in words:
        return [(rank, Match(column, field, 1.0, "header")) for field, rank in words[folded]]
    near = [word for word in words if len(word) >= TYPO_LETTERS and abs(len(word) - len(folded)) <= 2]
    found = process.extractOne(folded, near, scorer=fuzz.ratio, score_cutoff=TYPO_SIMILARITY_FLAG)
    if found is None:
        return []
    word, similarity, _ = found
    field, rank = words[word][0]
    is_another_language = (
        field.endswith(LANGUAGES) and folded[-2:] != word[-2:]
    )  # "description:es" is no "…:en"
    if is_another_language or (
        field in FLAG_FIELDS and (is_refusing(column) or len(word) < TYPO_LETTERS_FLAG)
    ):
        return []
    if similarity < TYPO_SIMILARITY and not (field in FLAG_WORDS and could_be_flag(field, texts)):
        return []
    if field in FLAG_WORDS and not could_be_answers(field, texts):
        return []
    return [(rank, Match(column, field, round(similarity / 100 * 0.9, 2), "typo"))]


def could_be_answers(field: str, texts: pd.Series) -> bool:
    """Say whether a misspelt header's texts could be answers about that flag: its words, or few and short ones.

    A name or a number under "contact (2)" is none. A word that no table has is an answer that restricts.
    """
    if field == "contact":
        return bool(len(texts)) and could_be_flag(field, texts)
    answers = texts.map(fold)
    return could_be_flag(field, texts) or bool(
        answers.nunique() <= ANSWERS
        and bool((answers.str.len() <= ANSWER_LETTERS).all())
        and answers.duplicated().any()
    )


def could_be_flag(field: str, texts: pd.Series) -> bool:
    """Say whether a fair share of the texts are words of that flag, or there is no text at all."""
    return not len(texts) or bool(texts.map(fold).isin([*FLAG_WORDS[field], *YES]).mean() >= HARDLY)
