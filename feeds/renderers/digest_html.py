"""Write the stories of a digest as the HTML of a single entry."""

from collections.abc import Iterable
from html import escape

from feeds.model.entry import Headline
from feeds.model.feed import LinkChoice, entry_url
from feeds.renderers.entry_html import write_link, write_picture, write_summary


def write_stories(stories: Iterable[Headline], link_choice: LinkChoice) -> str:
    """Write the title, picture, summary and provider of each story, a block per line, with absolute URLs only."""
    return "\n".join(block for story in stories for block in _write_story(story, link_choice) if block)


def _write_story(story: Headline, link_choice: LinkChoice) -> tuple[str, ...]:
    url = entry_url(story, link_choice)
    title = f"<h3>{write_link(url, story.title)}</h3>"
    return title, write_picture(story, url), write_summary(story), f"<p>{escape(story.provider.name)}</p>"
