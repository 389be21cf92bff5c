"""Take the tags of template languages out of bodies: of Liquid, Nunjucks, Hugo's shortcodes and MDX.

Sources: https://jekyllrb.com/docs/liquid/tags/, https://shopify.github.io/liquid/tags/template/,
https://gohugo.io/content-management/shortcodes/, https://kramdown.gettalong.org/syntax.html#attribute-list-definitions.
"""

import re
from bisect import bisect_right
from urllib.parse import urlsplit

import msgspec

from feeds.articles.dialects.mdx_components import list_components, read_component, read_module_line
from feeds.articles.dialects.sites import SiteConfig, Tool
from feeds.articles.dialects.tag_content import write_address, write_content
from feeds.articles.markdown import find_code, has_indented_html

_LIQUID, _NUNJUCKS, _SHORTCODES, _MDX = "liquid", "nunjucks", "shortcodes", "mdx"
_KRAMDOWN, _HEADING_IDS = "kramdown", "heading ids"
_SYNTAXES = {
    Tool.JEKYLL: frozenset((_LIQUID, _KRAMDOWN, _HEADING_IDS)),
    Tool.ELEVENTY: frozenset((_LIQUID, _NUNJUCKS, _HEADING_IDS)),
    Tool.HUGO: frozenset((_SHORTCODES, _HEADING_IDS)),
    Tool.ASTRO: frozenset((_MDX,)),
}
_EVERY_SYNTAX = frozenset.union(*_SYNTAXES.values())

_START = re.compile(r"\{(?:%|\{[<%]?|:|[#.]\w|#(?=[\s-])|/\*)|<(?=/?[A-Z])|^(?:import|export)(?=\s)", re.MULTILINE)
_COMMENTS = {"{#": (_NUNJUCKS, "#}"), "{/*": (_MDX, "*/}")}
_ENDS = {"{%": "%}", "{{": "}}", "{{<": ">}}", "{{%": "%}}"}
_TAG_NAME = re.compile(r"[-+~\s]*([A-Za-z_][\w-]*)")
_OUTPUT_NAME = re.compile(r"[-\s]*([A-Za-z_][\w.]{0,60})")
_RAW_TAG = re.compile(r"\{%-?\s*(?:end)?raw\s*-?%\}")
_SHORTCODE_NAME = re.compile(r"\s*(/?)\s*([\w./-]{1,60})")
_ATTRIBUTE_LIST = re.compile(r"\{:[^{}\n]*\}")
_HEADING_ID = re.compile(r"\{[#.][^{}\n]*\}[ \t]*(?=\r?$)", re.MULTILINE)
_LITERAL = re.compile(r"[-\s]*(?:\"([^\"{}]*)\"|'([^'{}]*)')((?:\s*\|[^|]*)*)-?")
_FILTER = re.compile(r"\|\s*(\w+)(?:\s*:\s*([\w.]+))?\s*-?")
_LANGUAGE = re.compile(r"[-\s]*[\w-]+\s+(?:lang:)?([\w+#.-]+)")

# What these tags have between start and end is code, or is not shown.
_CODE_TAGS = frozenset(("highlight", "codeblock", "mermaid"))
_HIDDEN_TAGS = frozenset(("comment", "capture", "css", "js", "style", "javascript"))
# Tags that show nothing themselves, so that nothing is lost.
_SILENT_TAGS = frozenset(
    ("assign", "set", "else", "elsif", "elseif", "when", "break", "continue", "increment", "decrement", "raw")
)
_KEPT_FILTERS = frozenset(("relative_url", "absolute_url", "prepend", "url", "escape", "uri_escape", "safe", "strip"))
_BASE_FILTERS = frozenset(("relative_url", "absolute_url", "url"))
_PATH_VARIABLES = frozenset(("site.baseurl", "site.base_url", "site.github.url", "site.BASE_PATH", "BASE_PATH"))
# A margin of more blanks counts as text.
_MARGIN = 80
_PARAGRAPH_START = re.compile(r"(?:\A|\n[ \t\r]*\n)[ \t]*\Z")
_PARAGRAPH_END = re.compile(r"[ \t\r]{0,80}(?:\Z|\n[ \t\r]{0,80}(?:\n|\Z))")
_FENCES = ("```", "~~~", "`````", "~~~~~")


class TagFound(msgspec.Struct, frozen=True):
    """A tag that was left out: where it starts in the body, and its name without its arguments."""

    index: int
    name: str


def blank_template_tags(body: str, *, config: SiteConfig | None = None) -> tuple[str, tuple[TagFound, ...]]:
    """Return a body without the tags of templates, and the tags whose output is missing now.

    Text between tags stays; line breaks inside tags too, so that lines keep their numbers. Tags in code stay, and so
    does the inside of `{% raw %}`. `{% highlight %}` becomes a block of code, `{% comment %}` goes. With `config`, only
    the syntaxes of its tool count, and variables such as `site.baseurl` get their values.
    """
    if not _START.search(body):
        return body, ()
    return _Blanker(body, config).run()


class _Blanker:
    """One pass over a body. Each failed search for the end of a tag ends all searches for the same end."""

    def __init__(self, body: str, config: SiteConfig | None) -> None:
        self._body = body
        self._config = config
        self._syntaxes = _SYNTAXES[config.tool] if config else _EVERY_SYNTAX
        url = urlsplit(config.url if config else "")
        self._origin, self._base = f"{url.scheme}://{url.netloc}" if url.netloc else "", url.path.rstrip("/")
        is_html = body.lstrip().startswith("<") and has_indented_html(body)
        self._code = [] if is_html else find_code(body)
        self._code_starts = [start for start, _ in self._code]
        self._components = list_components(body) if _MDX in self._syntaxes else frozenset[str]()
        self._absent: set[str] = set()
        self._parts: list[str] = []
        self._tags: list[TagFound] = []

    def run(self) -> tuple[str, tuple[TagFound, ...]]:
        """Return the body without tags, and the tags."""
        kept = position = 0
        while match := _START.search(self._body, position):
            count = len(self._parts)
            self._parts.append(self._body[kept : match.start()])
            end = self._read(match)
            if end:
                kept = position = end
            else:
                del self._parts[count:]
                position = match.end()
        return "".join([*self._parts, self._body[kept:]]), tuple(self._tags)

    def _read(self, match: re.Match[str]) -> int:
        """Write what stands for the tag at a match; return the end of the tag, 0 to keep the text."""
        start, opening = match.start(), match[0]
        if self._is_code(start):
            return self._read_raw(start) if opening == "{%" and _LIQUID in self._syntaxes else 0
        if opening in ("{{<", "{{%") and _SHORTCODES in self._syntaxes:
            return self._read_shortcode(start, opening)
        if opening.startswith(("{%", "{{")):
            return self._read_liquid(start, opening[:2]) if _LIQUID in self._syntaxes else 0
        if opening.startswith("{"):
            return self._read_braces(start, opening)
        return self._read_mdx(start, opening) if _MDX in self._syntaxes else 0

    def _read_braces(self, start: int, opening: str) -> int:
        """Leave out a comment, or attributes of Markdown."""
        if opening in _COMMENTS:
            syntax, mark = _COMMENTS[opening]
            return self._drop_comment(start, mark) if syntax in self._syntaxes else 0
        if opening == "{:":
            return self._drop(_ATTRIBUTE_LIST, start) if _KRAMDOWN in self._syntaxes else 0
        return self._drop_heading_id(start) if _HEADING_IDS in self._syntaxes else 0

    def _is_code(self, index: int) -> bool:
        at = bisect_right(self._code_starts, index) - 1
        return at >= 0 and index < self._code[at][1]

    def _drop_comment(self, start: int, mark: str) -> int:
        end = self._find(mark, start + len(mark))
        if end < 0:
            return 0
        self._keep_lines(self._body[start:end])
        return end + len(mark)

    def _drop_heading_id(self, start: int) -> int:
        end = self._drop(_HEADING_ID, start)  # only the last braces of a line
        return end if end and self._body.startswith("#", self._body.rfind("\n", 0, start) + 1) else 0

    def _drop(self, pattern: re.Pattern[str], start: int) -> int:
        match = pattern.match(self._body, start)
        return match.end() if match else 0

    def _find(self, mark: str, start: int) -> int:
        """Return where a mark starts at or after an index, -1 if it does not."""
        found = -1 if mark in self._absent else self._body.find(mark, start)
        if found < 0:
            self._absent.add(mark)
        return found

    def _find_end_tag(self, opening: str, name: str, start: int) -> re.Match[str] | None:
        if (key := f"{opening} end {name}") in self._absent:
            return None
        close = rf"\{{%-?\s*end{name}\b[^%\n]*%\}}" if opening == "{%" else rf"\{{\{{[<%]\s*/\s*{name}\s*[>%]\}}\}}"
        found = re.compile(close).search(self._body, start)
        if found is None:
            self._absent.add(key)
        return found

    def _read_raw(self, start: int) -> int:
        """Leave out the tags around raw text inside code."""
        match = _RAW_TAG.match(self._body, start)
        return match.end() if match else 0

    def _read_liquid(self, start: int, opening: str) -> int:
        inner = start + len(opening)
        end = self._find(_ENDS[opening], inner)
        if end < 0:
            return 0
        text = self._body[inner:end]
        end += len(_ENDS[opening])
        if opening == "{{":
            return self._write_output(text, start, end)
        match = _TAG_NAME.match(text)
        name = match[1] if match else opening
        if name == "raw" and (closing := self._find_end_tag(opening, name, end)):
            self._parts.append(self._body[end : closing.start()])
            return closing.end()
        if address := write_address(text, self._config, base_path=self._base):
            self._parts.append(address)
            return end
        return self._write_tag(name, text, (start, end), opening=opening)

    def _read_shortcode(self, start: int, opening: str) -> int:
        inner = start + len(opening)
        end = self._find(_ENDS[opening], inner)
        if end < 0:
            return 0
        text = self._body[inner:end]
        if text.startswith("/*") and text.rstrip().endswith("*/"):
            # A comment inside the tag shows the tag itself.
            self._parts.append(f"{opening}{text.strip()[2:-2]}{_ENDS[opening]}")
            return end + len(_ENDS[opening])
        end += len(_ENDS[opening])
        match = _SHORTCODE_NAME.match(text)
        name = (match[2] if match else opening).rstrip("/")
        if match and match[1]:
            self._keep_lines(text)
            return end
        return self._write_tag(name, text, (start, end), opening=opening)

    def _write_tag(self, name: str, text: str, place: tuple[int, int], *, opening: str) -> int:
        start, end = place
        if name in _CODE_TAGS and (closing := self._find_end_tag(opening, name, end)):
            self._write_code(text, (end, closing.start(), closing.end()), is_diagram=name == "mermaid")
            return closing.end()
        if name in _HIDDEN_TAGS and (closing := self._find_end_tag(opening, name, end)):
            self._keep_lines(self._body[start : closing.end()])
            return closing.end()
        if content := write_content(name, text, is_alone=self._is_alone(start, end)):
            self._parts.append(content)
            return end
        if not name.startswith("end") and name not in _SILENT_TAGS:
            self._tags.append(TagFound(start, name))
        self._keep_lines(text)
        return end

    def _write_output(self, text: str, start: int, end: int) -> int:
        """Write the value of an output that is a text or an address of the site; leave out any other."""
        name = text.strip(" \t\r\n-")
        literal = _LITERAL.fullmatch(text)
        if literal and (value := self._resolve_literal(literal)) is not None:
            self._parts.append(value)
        elif name == "site.url":
            self._parts.append(self._origin)
        elif name in _PATH_VARIABLES:
            self._parts.append(self._base)
        else:
            match = _OUTPUT_NAME.match(text)
            self._tags.append(TagFound(start, match[1] if match else "{{"))
            self._keep_lines(text)
        return end

    def _resolve_literal(self, literal: re.Match[str]) -> str | None:
        value = literal[1] or literal[2] or ""
        for found in filter(None, map(str.strip, literal[3].split("|"))):
            match = _FILTER.fullmatch(f"|{found}")
            if match is None or match[1] not in _KEPT_FILTERS:
                return None
            if match[1] == "prepend":
                if match[2] not in ("site.url", *_PATH_VARIABLES):
                    return None
                value = (self._origin if match[2] == "site.url" else self._base) + value
            elif match[1] in _BASE_FILTERS and "://" not in value:
                value = f"{self._base}/{value.lstrip('/')}"
        return value

    def _write_code(self, text: str, place: tuple[int, int, int], *, is_diagram: bool) -> None:
        inner_start, inner_end, end = place
        inner = self._body[inner_start:inner_end]
        if "\n" not in inner:
            mark = "``" if "`" in inner else "`"
            self._parts.append(f"{mark}{inner.strip()}{mark}")
            return
        fence = next((each for each in _FENCES if each not in inner), "~~~~~~~")
        language = None if is_diagram else _LANGUAGE.match(f" {text}")
        line_end = self._body.find("\n", end)
        is_followed = self._body[end : line_end if line_end >= 0 else None].strip()
        is_preceded = self._parts[-1].rpartition("\n")[2].strip(" \t>")
        opening = fence + (language[1] if language else "")
        self._parts += (
            "\n" if is_preceded else "",
            opening,
            "" if inner.lstrip(" \t\r").startswith("\n") else "\n",
            inner,
        )
        self._parts += ("" if not inner.rpartition("\n")[2].strip() else "\n", fence, "\n" if is_followed else "")

    def _read_mdx(self, start: int, opening: str) -> int:
        if opening != "<":
            end = read_module_line(self._body, start)
        else:
            end, name = read_component(self._body, start, self._components)
            if end and name:
                self._tags.append(TagFound(start, name))
        if end:
            self._keep_lines(self._body[start:end])
        return end

    def _is_alone(self, start: int, end: int) -> bool:
        """Return whether a tag has blank lines, or nothing, before and behind it."""
        return bool(_PARAGRAPH_START.search(self._body[max(start - _MARGIN, 0) : start])) and bool(
            _PARAGRAPH_END.match(self._body, end)
        )

    def _keep_lines(self, text: str) -> None:
        self._parts.append("\n" * text.count("\n"))
