"""Explain the errors of libyaml in words that a writer can act on, without quoting the file."""

_QUOTE_TEXT = 'put the whole text in double quotes, with \\" for each quote inside'

REFUSED_ESCAPE = "found invalid Unicode character escape code"
"""The error of libyaml for escapes of surrogates and of numbers beyond Unicode."""

# libyaml's own messages (scanner.c, parser.c). All of them are constants, so no message can reveal a secret.
_EXPLANATIONS = {
    "mapping values are not allowed in this context": (
        f"Unquoted text contains `: `, or the indentation is wrong; {_QUOTE_TEXT}."
    ),
    "found unexpected end of stream": "Unclosed quote or bracket; close it.",
    "did not find expected key": (
        "This does not match the `key: value` lines around; check the indentation, and the quotes on this line and the"
        " line before."
    ),
    "could not find expected ':'": "Missing colon; write `key: value`, or indent the line if it continues a text.",
    "found character that cannot start any token": f"A text cannot start with this character; {_QUOTE_TEXT}.",
    REFUSED_ESCAPE: "This escape is not a character; write the character itself, or both halves of its surrogate pair.",
    "found unknown escape character": "Unknown escape in double quotes; write two backslashes for a backslash.",
    "did not find expected ',' or ']'": "A list that starts with `[` has no `]`; close it or quote the text.",
    "did not find expected ',' or '}'": "A mapping that starts with `{` has no `}`; close it or quote the text.",
    "did not find expected '-' indicator": "This line is among list items; start the line with `- ` or indent it.",
    "block sequence entries are not allowed in this context": (
        f"A list item is on the line of its key; move the item to a new line, or {_QUOTE_TEXT}."
    ),
    "did not find expected <document start>": "The front matter must be one document; remove `...` or `---` inside.",
    "found undefined tag handle": f"A text cannot start with an exclamation mark; {_QUOTE_TEXT}.",
}


def explain_yaml_error(error: str) -> str:
    """Turn an error message of libyaml into a message that says what to do."""
    return _EXPLANATIONS.get(error) or f"Invalid YAML ({error}); fix the line, or {_QUOTE_TEXT}."
