"""Explain what libyaml finds wrong in words a writer can act on, never quoting the file."""

_QUOTE_IT = 'put the whole text in double quotes, and write a double quote inside it as \\"'

# libyaml's own sentences (scanner.c, parser.c). All of them are constants, so none can carry a secret out of the file.
_EXPLANATIONS = {
    "mapping values are not allowed in this context": (
        f"a colon and a blank stand inside a text without quotes, or the line is indented too far; {_QUOTE_IT}"
    ),
    "found unexpected end of stream": "a quoted text or a bracket opened here is never closed; add the missing one",
    "did not find expected key": (
        "this does not fit the `key: value` lines around it; check its indentation and the quotes on this line and"
        " on the one before"
    ),
    "could not find expected ':'": "this line has no colon; write `key: value`, or indent it if it continues a text",
    "found character that cannot start any token": f"a text cannot begin with this character; {_QUOTE_IT}",
    "found unknown escape character": (
        "a backslash in double quotes begins an escape that YAML does not know; write two backslashes"
    ),
    "did not find expected ',' or ']'": "a list opened with `[` is not closed with `]`; close it or quote the text",
    "did not find expected ',' or '}'": "a mapping opened with `{` is not closed with `}`; close it or quote the text",
    "did not find expected '-' indicator": "this line stands among list items; begin it with `- ` or indent it",
    "block sequence entries are not allowed in this context": (
        f"a list item stands on the line of its key; put it on a line of its own, or {_QUOTE_IT}"
    ),
    "did not find expected <document start>": "the front matter must be one document; remove the `...` or `---` in it",
    "found undefined tag handle": f"an exclamation mark begins a text; {_QUOTE_IT}",
}


def explain(problem: str) -> str:
    """Turn a sentence of libyaml's into one that says what to do."""
    known = _EXPLANATIONS.get(problem)
    return known or f"this is not valid YAML ({problem}); mend the line, or {_QUOTE_IT}"
