"""Find the direction in which a language is written."""

# Languages with more than a few million readers. A script subtag takes precedence (BCP 47).
_LEFTWARD_LANGUAGES = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_LEFTWARD_SCRIPTS = frozenset({"adlm", "arab", "hebr", "nkoo", "syrc", "thaa"})
_SCRIPT_LETTERS = 4


def find_script(language: str) -> str:
    """Return the script subtag of a BCP 47 tag in lower case; empty for a tag without one."""
    for subtag in language.lower().split("-")[1:]:
        if len(subtag) == 1:  # extensions follow, or private subtags
            break
        if len(subtag) == _SCRIPT_LETTERS and subtag.isalpha():
            return subtag
    return ""


def find_direction(language: str) -> str:
    """Return `rtl` for the BCP 47 tag of a language written from right to left, else `ltr`."""
    script = find_script(language)
    primary = language.lower().partition("-")[0]
    is_leftward = script in _LEFTWARD_SCRIPTS if script else primary in _LEFTWARD_LANGUAGES
    return "rtl" if is_leftward else "ltr"
