"""Write in Markdown what a tag shows, if its arguments say it: a picture, a video, or the address of a post.

Sources: https://gohugo.io/content-management/shortcodes/ (figure, youtube, vimeo), https://jekyllrb.com/docs/liquid/tags/
(post_url, link).
"""

import re

from feeds.articles.dialects.jekyll_permalinks import build_linked_path
from feeds.articles.dialects.sites import SiteConfig, Tool

_ARGUMENT = re.compile(r"([\w-]+)\s*[=:]\s*(?:\"([^\"]*)\"|'([^']*)'|`([^`]*)`)")
_VIDEO_ID = re.compile(r"[\s-]*\w+\s+(?:id\s*[=:]\s*)?[\"']?([\w-]{5,20})[\"']?\s*(?:[,/-]\s*)?$")
_LINKED = re.compile(r"[-\s]*(post_url|link)\s+([^\s{}%]+?)\s*-?")
_VIDEOS = {
    "youtube": ("https://www.youtube.com/watch?v=", "https://www.youtube.com/embed/"),
    "vimeo": ("https://vimeo.com/", "https://player.vimeo.com/video/"),
}
_PICTURES = frozenset(("figure", "img"))
_PAGE_SUFFIXES = (".md", ".markdown", ".html")
_ALT_ESCAPES = str.maketrans({"[": "\\[", "]": "\\]", "\n": " "})
_URL_ESCAPES = str.maketrans({" ": "%20", "<": "%3C", ">": "%3E", "\n": ""})


def write_content(name: str, text: str, *, is_alone: bool) -> str:
    """Return Markdown for the picture or video that a tag shows; "" if the tag shows something else.

    `text` is the inside of the tag. A video of a tag that is alone in its paragraph becomes a player, else a link.
    """
    kind = name.lower()
    if kind in _VIDEOS and (video := _VIDEO_ID.match(text)):
        page, player = _VIDEOS[kind]
        return f'<iframe src="{player}{video[1]}"></iframe>' if is_alone else f"<{page}{video[1]}>"
    if kind not in _PICTURES:
        return ""
    arguments = {match[1].lower(): match[2] or match[3] or match[4] or "" for match in _ARGUMENT.finditer(text)}
    source = arguments.get("src", "").strip().translate(_URL_ESCAPES)
    if not source or "{{" in source:
        return ""
    caption = arguments.get("caption", "") or arguments.get("title", "")
    alternative = (arguments.get("alt", "") or caption).translate(_ALT_ESCAPES)
    return f"![{alternative}](<{source}>) {' '.join(caption.split())}".rstrip()


def write_address(text: str, config: SiteConfig | None, *, base_path: str) -> str:
    """Return the path that `post_url` or `link` of Jekyll shows; "" if only the other file knows the path.

    A post is addressed by the name of its file, as if its front matter had no date, slug or permalink.
    """
    match = _LINKED.fullmatch(text)
    if match is None:
        return ""
    kind, name = match[1], match[2].strip("/")
    if kind == "link" and not name.endswith(_PAGE_SUFFIXES):
        return f"{base_path}/{name}"
    if config is None or config.tool is not Tool.JEKYLL:
        return ""
    path = build_linked_path(config, name if kind == "link" else f"_posts/{name}.md")
    return path and f"{base_path}{path}"
