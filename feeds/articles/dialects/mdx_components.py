"""Find the parts of MDX that are no Markdown: lines of imports and exports, and components.

Source: https://mdxjs.com/docs/what-is-mdx/.
"""

import re

# An import names a module in quotes, and an export starts a declaration; in prose, both words are something else.
_MODULE_LINE = re.compile(
    r"import\s(?:[^\"'`;(){}\n]|\{[^{}]*\})*+[\"'][^\"'\n]+[\"'];?[ \t]*(?=\r?\n|\Z)"
    r"|export\s+(?:default\b|const\b|let\b|function\b|async\b|\{|\*)(?:[^\n]|\n(?![ \t\r]*(?:\n|\Z)))*+"
)
_ATTRIBUTES = r"(?:\s(?:[^<>\"'{}]|\"[^\"]*\"|'[^']*'|\{(?:[^{}]|\{[^{}]*+\})*+\})*+)?"
_COMPONENT = re.compile(rf"<(/?)([A-Z][A-Za-z0-9.]*){_ATTRIBUTES}>")
_CLOSING = re.compile(r"</([A-Z][A-Za-z0-9.]*)\s*>")
_IMPORT = re.compile(r"^import\s([^\"'`;\n]*)", re.MULTILINE)
_NAME = re.compile(r"\b[A-Z]\w*")
# Names of HTML, which has no case.
_HTML_NAMES = frozenset(
    "a abbr address article aside audio b blockquote body br button canvas caption center cite code col dd del details"  # noqa: SIM905 readable as one text
    " div dl dt em embed fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img"
    " input ins kbd label legend li link main map mark menu meta nav object ol option p param picture pre q s samp"
    " script section select small source span strike strong style sub summary sup svg table tbody td textarea tfoot th"
    " thead time title tr tt u ul var video".split()
)


def list_components(text: str) -> frozenset[str]:
    """Return the names of components that a text imports or closes; other tags need the syntax of JSX."""
    imported = (name for line in _IMPORT.finditer(text) for name in _NAME.findall(line[1]))
    return frozenset(imported) | {match[1] for match in _CLOSING.finditer(text)}


def read_module_line(text: str, start: int) -> int:
    """Return the end of the import or export that starts at an index; 0 if there is none."""
    match = _MODULE_LINE.match(text, start)
    return match.end() if match else 0


def read_component(text: str, start: int, names: frozenset[str]) -> tuple[int, str]:
    """Return the end of the tag that starts at an index, and the name of its component, empty for a closing tag.

    The end is 0 if the tag is no component: unknown names need `/>` or `={`, and names of HTML always do.
    """
    match = _COMPONENT.match(text, start)
    if match is None:
        return 0, ""
    is_jsx = match[0].endswith("/>") or "={" in match[0]
    is_known = match[2] in names and match[2].lower() not in _HTML_NAMES
    if not (is_known or (is_jsx and (match[2].lower() not in _HTML_NAMES or match[2] in names))):
        return 0, ""
    return match.end(), "" if match[1] else match[2]
