"""What a file may be called: its name is kept, shown, and told in reports."""

from unicodedata import category

LONGEST_NAME = 255


def is_file_name(name: str) -> bool:
    r"""Tell whether a file may be called so: no control character stands in the name, and no half of a letter.

    >>> is_file_name("liste d'été.csv"), is_file_name("liste.csv\0.exe")
    (True, False)
    """
    return 0 < len(name) <= LONGEST_NAME and not {"Cc", "Cs"}.intersection(map(category, name))
