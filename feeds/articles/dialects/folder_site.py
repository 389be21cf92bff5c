"""Define what is known of the posts in a folder."""

import msgspec

from feeds.articles.dialects.mapping_file import MappingFile
from feeds.articles.dialects.sites import SiteConfig


class FolderSite(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the posts in a folder.

    `root` is the absolute path of the content folder, and `mapping_folder` of the folder of `mapping`. `url` is the URL
    of the site that the settings give, or empty. `fingerprint` changes with everything here. Posts cannot be read if
    the file `broken_file` has errors.
    """

    root: str
    url: str = ""
    config: SiteConfig | None = None
    mapping: MappingFile | None = None
    mapping_folder: str = ""
    fingerprint: str = ""
    broken_file: str = ""
