"""Convert pictures and players of a body into those that feeds can show."""

from collections.abc import Callable, Iterable, Mapping

from feeds.articles.addresses import resolve_address
from feeds.articles.html_output import HtmlOutput, write_attributes
from feeds.articles.losses import Loss, LossRecorder
from feeds.articles.pictures import is_counter, read_candidates, read_picture, read_source
from feeds.articles.players import write_player
from feeds.model.html_tree import TEXT, Node, iter_children, read_text
from feeds.model.text import clean_text, strip_controls
from feeds.model.uri import read_url_host

_PLAYER_TAGS = frozenset(("embed", "iframe", "object"))
_BLANK_PAGE = "about:blank"
_COPIED_ATTRIBUTES = {
    "audio": (),
    "img": ("sizes", "alt", "width", "height", "title"),
    "source": ("media", "sizes", "type", "width", "height"),
    "track": ("kind", "label", "srclang"),
    "video": ("width", "height", "title"),
}


class MediaConverter:
    """Write the pictures and players of one tree into an output."""

    def __init__(
        self,
        nodes: Iterable[Node],
        base_url: str,
        *,
        output: HtmlOutput,
        losses: LossRecorder,
        convert_node: Callable[[Node], None],
    ) -> None:
        self._base_url = base_url
        self._output = output
        self._losses = losses
        self._convert_node = convert_node
        self._nodes = list(nodes)
        self._pictures: set[str] | None = None
        self._is_in_noscript = False
        self.converters: Mapping[str, Callable[[Node], None]] = {
            "amp-img": self.convert_picture,
            "audio": self._convert_medium,
            "embed": self._convert_embed,
            "iframe": self._convert_frame,
            "img": self.convert_picture,
            "noscript": self._convert_noscript,
            "object": self._convert_object,
            "picture": self._convert_choice,
            "source": self._convert_source,
            "track": self._convert_track,
            "video": self._convert_medium,
        }

    def convert_picture(self, image: Node) -> None:
        """Write a picture, or its alternative text if it has no usable address."""
        source, candidates = read_picture(image, self._base_url)
        if is_counter(image) or self._is_shown_elsewhere(image, source):
            return
        if source:
            own = {"src": source, "srcset": ", ".join(candidates) or None}
            self._output.add_element(f"<img{_write_attributes(image, 'img', own=own)}>")
        else:
            self._losses.add(Loss.PICTURE, image)
            self._output.add_text(strip_controls(image.attributes.get("alt") or ""))

    def _is_shown_elsewhere(self, image: Node, source: str) -> bool:
        """Return whether a `<noscript>` repeats the picture, or is repeated by a picture that a script would load."""
        if self._is_in_noscript:
            return source in self._list_pictures()
        copy = find_noscript_picture(image)
        if copy is None:
            return False
        alternative = image.attributes.get("alt")
        is_placeholder = not source or bool(alternative and alternative == copy.attributes.get("alt"))
        return is_placeholder and read_picture(copy, self._base_url)[0] not in {"", source}

    def _list_pictures(self) -> set[str]:
        """Return the addresses of all pictures outside `<noscript>`."""
        if self._pictures is None:
            tree = self._nodes[0].parser
            copies = {image.mem_id for image in tree.css("noscript img")}
            images = (image for image in tree.css("img") if image.mem_id not in copies)
            self._pictures = {read_picture(image, self._base_url)[0] for image in images}
        return self._pictures

    def _convert_noscript(self, node: Node) -> None:
        is_outer = not self._is_in_noscript
        self._is_in_noscript = True
        self._convert_children(node)
        self._is_in_noscript = not is_outer

    def _convert_choice(self, picture: Node) -> None:
        self._output.start("picture")
        self._convert_children(picture)
        self._output.end(is_block=False)

    def _convert_source(self, source: Node) -> None:
        if source.parent and source.parent.tag == "picture":
            address = {"srcset": ", ".join(read_candidates(source, self._base_url))}
        else:
            address = {"src": read_source(source, self._base_url)}
        if all(address.values()):
            self._output.add_void("source", _write_attributes(source, "source", own=address))

    def _convert_track(self, track: Node) -> None:
        if url := read_source(track, self._base_url):
            self._output.add_void("track", _write_attributes(track, "track", own={"src": url}))

    def _convert_medium(self, medium: Node) -> None:
        """Write an audio or video file with controls, and a link for readers without a player."""
        tag = medium.tag or ""
        own = read_source(medium, self._base_url)
        sources = [child for child in iter_children(medium) if child.tag == "source"]
        url = next(filter(None, (own, *(read_source(source, self._base_url) for source in sources))), "")
        if not url:
            self._losses.add(Loss.PLAYER, medium)
            self._convert_children(medium)
            return
        poster = resolve_address(medium.attributes.get("poster") or "", self._base_url) if tag == "video" else ""
        added = {"src": own or None, "controls": "", "poster": poster or None}
        self._output.start(tag, _write_attributes(medium, tag, own=added))
        for child in iter_children(medium):
            if converter := {"source": self._convert_source, "track": self._convert_track}.get(child.tag or ""):
                converter(child)
        self._add_link(medium, url)
        self._output.end(is_block=False)

    def _convert_frame(self, frame: Node) -> None:
        attributes = frame.attributes
        addresses = (attributes.get(name) for name in ("data-src", "data-lazy-src", "src"))
        address = next((address for address in addresses if address and address.strip() != _BLANK_PAGE), "")
        if address and not is_counter(frame):
            self._write_player(frame, address)
        elif "srcdoc" in attributes:
            self._losses.add(Loss.FRAME, frame)

    def _convert_embed(self, embed: Node) -> None:
        if address := embed.attributes.get("src"):
            self._write_player(embed, address)

    def _convert_object(self, element: Node) -> None:
        attributes = element.attributes
        address = attributes.get("data") or ""
        url = resolve_address(address, self._base_url)
        if url and (attributes.get("type") or "").lower().startswith("image/"):
            own = {"src": url, "alt": clean_text(element.text()) or None}
            self._output.add_element(f"<img{_write_attributes(element, 'img', own=own)}>")
            return
        if address:
            self._write_player(element, address)
        # The fallback may have another player for the same address.
        self._convert_children(element, without=_PLAYER_TAGS if address else frozenset())

    def _convert_children(self, node: Node, *, without: frozenset[str] = frozenset()) -> None:
        for child in iter_children(node):
            if child.tag not in without:
                self._convert_node(child)

    def _write_player(self, element: Node, address: str) -> None:
        """Write the player of an allowed host, else a link."""
        if player := write_player(element, address):
            self._output.add_element(player)
        elif url := resolve_address(address, self._base_url):
            self._losses.add(Loss.LINKED_PLAYER, element)
            self._output.add_text(" ")
            self._add_link(element, url)
            self._output.add_text(" ")
        else:
            self._losses.add(Loss.PLAYER, element)

    def _add_link(self, element: Node, url: str) -> None:
        self._output.add_link(url, clean_text(element.attributes.get("title") or "") or read_url_host(url))


def find_noscript_picture(image: Node) -> Node | None:
    """Return the picture in a `<noscript>` right before or after a picture or an element that contains nothing else."""
    node: Node | None = image
    while node and node.tag != "body":
        for neighbour in (_find_neighbour(node, "next"), _find_neighbour(node, "prev")):
            if neighbour and neighbour.tag == "noscript":
                return neighbour.css_first("img")
        if _find_neighbour(node, "next") or _find_neighbour(node, "prev"):
            return None
        node = node.parent
    return None


def _find_neighbour(node: Node, direction: str) -> Node | None:
    neighbour: Node | None = getattr(node, direction)
    while neighbour and neighbour.tag == TEXT and not read_text(neighbour).strip():
        neighbour = getattr(neighbour, direction)
    return neighbour


def _write_attributes(element: Node, tag: str, *, own: Mapping[str, str | None]) -> str:
    """Write the attributes to keep and `own` ones, in the order of the author."""
    attributes = element.attributes
    kept = {name: strip_controls(attributes.get(name) or "") for name in _COPIED_ATTRIBUTES[tag] if name in attributes}
    values = {name: value for name, value in kept.items() if value or name == "alt"} | dict(own)
    names = dict.fromkeys((*(name for name in own if name not in attributes), *attributes))
    return write_attributes({name: values.get(name) for name in names})
