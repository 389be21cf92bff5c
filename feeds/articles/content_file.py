"""Define a file to collect."""

import msgspec

from feeds.articles.dialects.folder_site import FolderSite


class ContentFile(msgspec.Struct, frozen=True):
    """A file to collect.

    `key` is the name in the catalog, relative to the content folder, so another checkout of the same content gives the
    same catalog. `path` opens the file and names it in messages. `stamp` changes whenever the file system shows a
    change of the file; it is empty if the file system cannot show changes yet. `site` is what is known of posts in the
    folder of the file.
    """

    key: str
    path: str
    stamp: str
    site: FolderSite | None = None
