"""Build the path of a post by the rules of the tool that publishes the post until now."""

from collections.abc import Callable

from feeds.articles.dialects.astro_permalinks import build_astro_path
from feeds.articles.dialects.eleventy_permalinks import build_eleventy_path
from feeds.articles.dialects.hugo_permalinks import build_hugo_path
from feeds.articles.dialects.jekyll_permalinks import build_jekyll_path
from feeds.articles.dialects.permalink_fields import PermalinkError, PostFields
from feeds.articles.dialects.sites import SiteConfig, Tool

__all__ = ["PermalinkError", "PostFields", "build_path"]

_BUILDERS: dict[Tool, Callable[..., str]] = {
    Tool.JEKYLL: build_jekyll_path,
    Tool.HUGO: build_hugo_path,
    Tool.ELEVENTY: build_eleventy_path,
    Tool.ASTRO: build_astro_path,
}


def build_path(config: SiteConfig, key: str, *, fields: PostFields) -> str:
    """Return the path of a post, percent-encoded, that starts with a slash, without the path of `config.url`.

    `key` is the path of the file relative to the configuration's folder; see `SiteConfig.make_key`.

    Raises:
        PermalinkError: the pattern of the address cannot be resolved.
    """
    return _BUILDERS[config.tool](config, key, fields=fields)
