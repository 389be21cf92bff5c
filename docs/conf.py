"""Configure Sphinx, which builds these pages with `make docs`."""

import click
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from feeds import __version__
from feeds.cli import main

project = "topic-feeds"
author = "The topic-feeds authors"
copyright = author  # noqa: A001 Sphinx's name for it
release = __version__
extensions = ["myst_parser"]
exclude_patterns = ["benchmarks", "images"]
myst_heading_anchors = 3  # anchors of headings, spelled as on GitHub
nitpicky = True
html_theme = "alabaster"
html_theme_options = {
    "description": "Markdown articles as RSS, Atom and JSON feeds, one per topic",
    "fixed_sidebar": True,
    "page_width": "1080px",
    "body_max_width": "none",
    "show_powered_by": False,
}
html_sidebars = {"**": ["about.html", "searchfield.html", "navigation.html"]}
html_show_sourcelink = False
highlight_language = "none"


class CommandHelp(SphinxDirective):
    """Show the help of every command, as printed by `feeds COMMAND --help`, each under its own heading."""

    def run(self) -> list[nodes.Node]:
        """Return a section for each command."""
        parent = click.Context(main, info_name="feeds", terminal_width=90, **main.context_settings)
        return [self._describe(name, parent) for name in main.list_commands(parent)]

    def _describe(self, name: str, parent: click.Context) -> nodes.section:
        command = main.get_command(parent, name)
        if command is None:
            raise self.error(f"Command {name} not found.")
        text = command.get_help(click.Context(command, info_name=name, parent=parent, **command.context_settings))
        section = nodes.section("", nodes.title(text=f"feeds {name}"), nodes.literal_block(text, text), ids=[name])
        self.state.document.note_explicit_target(section)
        return section


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("command-help", CommandHelp)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
