"""Questions to a search as people type them: with a letter wrong, without or with accents, in the other language."""

import random
import unicodedata

ACCENTED = {"e": "é", "a": "à", "i": "ï", "o": "ô", "u": "ù", "c": "ç"}


def misspelt(name, rng):
    """Return the name with one letter of one long word wrong, missing, doubled or swapped with the next."""
    words = name.split()
    places = [place for place, word in enumerate(words) if len(word) >= 5]
    if not places:
        return name
    place = rng.choice(places)
    word = words[place]
    at = rng.randrange(1, len(word) - 1)
    letter = rng.choice("abcdefghilmnoprstuvz")
    words[place] = rng.choice([
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    ])  # fmt: skip
    return " ".join(words)


def without_accents(name, _rng):
    decomposed = unicodedata.normalize("NFKD", name.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def with_wrong_accents(name, rng):
    places = [place for place, letter in enumerate(name) if letter in ACCENTED]
    if not places:
        return name
    place = rng.choice(places)
    return name[:place] + ACCENTED[name[place]] + name[place + 1 :]


SPELT = {"misspelt": misspelt, "without accents": without_accents, "with wrong accents": with_wrong_accents}


def questions(named, number, seed=6):
    """Return `number` questions from alternatives' id, name and other names: the id, what is typed, how it is wrong."""
    rng, made = random.Random(seed), []
    for one, name, names in rng.sample(named, number):
        kind = rng.choice([*SPELT, "in the other language"])
        others = [other for other in names if other and other != name]
        if kind == "in the other language" and others:
            made.append((one, rng.choice(others), kind))
        else:
            kind = kind if kind in SPELT else "misspelt"
            made.append((one, SPELT[kind](name, rng), kind))
    return made
