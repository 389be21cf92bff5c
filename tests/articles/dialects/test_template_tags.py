"""Tags of templates leave bodies, and nothing else does."""

import pytest

from feeds.articles.dialects.sites import SiteConfig, Tool
from feeds.articles.dialects.template_tags import TagFound, blank_template_tags

JEKYLL = SiteConfig(
    Tool.JEKYLL, "/site", url="https://example.org/base", permalinks={"": "/:year/:month/:day/:title:output_ext"}
)
HUGO = SiteConfig(Tool.HUGO, "/site")
ASTRO = SiteConfig(Tool.ASTRO, "/site")
ELEVENTY = SiteConfig(Tool.ELEVENTY, "/site")

JEKYLL_BODIES = {
    "a {% include x.html y='z' %} b": "a  b",
    "a {%- if x -%}b{%- else -%}c{% endif %} d": "a bc d",
    "{% include a.html\n  b=1 %}\nText": "\n\nText",
    "a {{ page.title }} b": "a  b",
    "![a]({{ site.baseurl }}/x.png)": "![a](/base/x.png)",
    "![a]({{ site.url }}{{ site.baseurl }}/x.png)": "![a](https://example.org/base/x.png)",
    "![a]({{ '/x.png' | relative_url }})": "![a](/base/x.png)",
    '![a]({{ "/x.png" | prepend: site.baseurl | prepend: site.url }})': "![a](https://example.org/base/x.png)",
    '{{ "a" | upcase }}': "",
    "[a]({% link files/x.pdf %})": "[a](/base/files/x.pdf)",
    "[a]({% post_url 2020-01-02-b %})": "[a](/base/2020/01/02/b.html)",
    "[a]({% link _posts/2020-01-02-b.md %})": "[a](/base/2020/01/02/b.html)",
    "[a]({% link about.md %})": "[a]()",
    "{% youtube w7Ft2ymGmfc %}": '<iframe src="https://www.youtube.com/embed/w7Ft2ymGmfc"></iframe>',
    "{% raw %}{{ x }} {% y %}{% endraw %}": "{{ x }} {% y %}",
    "a {% comment %}b\n{% x %}{% endcomment %} c": "a \n c",
    "{% highlight ruby linenos %}\nputs 1\n{% endhighlight %}\n": "```ruby\nputs 1\n```\n",
    "{% highlight md %}\n```\n{% endhighlight %}": "~~~md\n```\n~~~",
    "a {% highlight c %}x{% endhighlight %} b": "a `x` b",
    "- a\n\n  {% highlight c %}\n  x\n  {% endhighlight %}": "- a\n\n  ```c\n  x\n  ```",
    "a\n```\n{% x %} {{ y }}\n```\n": "a\n```\n{% x %} {{ y }}\n```\n",
    "a\n```\n{% raw %}{{ y }}{% endraw %}\n```\n": "a\n```\n{{ y }}\n```\n",
    "a `{% x %}` b": "a `{% x %}` b",
    "a\n\n    {{ x }}\n": "a\n\n    {{ x }}\n",
    "- a\n\n    {{ x }}\n": "- a\n\n    \n",
    "<div>\n\n    <p>{% x %}</p>\n</div>": "<div>\n\n    <p></p>\n</div>",
    "a {: .b} c\n{: #d}": "a  c\n",
    "## a {#b}\ntext {#c}": "## a \ntext {#c}",
    "a {% b": "a {% b",
    "a {{< b >}} c": "a  c",
    "100 % {x} <Y>": "100 % {x} <Y>",
}
HUGO_BODIES = {
    'a {{< gallery src="x" >}} b': "a  b",
    '{{< figure src="a b.png" alt="A [b]" caption="C\n d" >}}': "![A \\[b\\]](<a%20b.png>) C d",
    "{{% img src='x.png' %}}": "![](<x.png>)",
    "{{< figure link='x' >}}": "",
    "a\n\n{{< youtube w7Ft2ymGmfc >}}\n\nb": 'a\n\n<iframe src="https://www.youtube.com/embed/w7Ft2ymGmfc"></iframe>\n\nb',
    'a {{< vimeo id="146022717" >}}': "a <https://vimeo.com/146022717>",
    '{{< youtube id="x" onload="y" >}}': "",
    "{{% note %}}a **b**{{% /note %}}": "a **b**",
    '{{< x\n  y="1"\n>}}\na': "\n\n\na",
    "{{</* x y */>}} {{%/* z */%}}": "{{< x y >}} {{% z %}}",
    "{{< highlight go >}}\nx\n{{< /highlight >}}": "```go\nx\n```",
    "{{< mermaid >}}\na-->b\n{{< /mermaid >}}": "```\na-->b\n```",
    "{{ x }} {% y %}": "{{ x }} {% y %}",
    "`{{< x >}}`": "`{{< x >}}`",
    "## a {#b .c}": "## a ",
}
ELEVENTY_BODIES = {
    "a {# b\n c #} d {% e %}{{ f }}": "a \n d ",
    "## a {#b}": "## a ",
    "a {# b": "a {# b",
}
ASTRO_BODIES = {
    "a {/* b\n c */} d": "a \n d",
    "import A from '../a.astro';\nimport { B } from \"b\"\n\nText": "\n\n\nText",
    "import taxes rose\nexport rules stay": "import taxes rose\nexport rules stay",
    "export const a = {\n  b: 1,\n};\n\nText": "\n\n\n\nText",
    'a <YouTube id="x" /> b': "a  b",
    "import Box from 'x'\n\n<Box>a **b**</Box>": "\n\na **b**",
    "<Note type={x => y}>a</Note>": "a",
    "a List<String> b": "a List<String> b",
    "`<Box />`": "`<Box />`",
    "<B>x</B> <IMG SRC='a'>": "<B>x</B> <IMG SRC='a'>",
    "{{ x }} {% y %}": "{{ x }} {% y %}",
}
HOSTILE = (
    *(
        "{%",
        "{{",
        "{{<",
        "{{%",
        "{:",
        "{#a",
        "<A",
        "</A",
        "<A {",
        '<A "',
        "<A '",
        "`{% x %}",
        "{% raw %}",
        "{% comment %}",
    ),
    *(
        "{% highlight %}",
        "{{< highlight >}}",
        "{% x %}",
        "{{ x }}",
        "{{</*",
        "import {",
        "\nimport {",
        "\nexport {",
        "{{'",
    ),
    *(
        "<A {{}",
        "{% raw %}{% endraw",
        "{{ '|'",
        "{% a",
        "\n# {#a}",
        "{% highlight x %}\n{% endhighlight %}",
        "{{ '' | a",
    ),
)


@pytest.mark.parametrize("body", JEKYLL_BODIES)
def test_liquid_leaves_a_body(body: str) -> None:
    assert blank_template_tags(body, config=JEKYLL)[0] == JEKYLL_BODIES[body]


@pytest.mark.parametrize("body", HUGO_BODIES)
def test_shortcodes_leave_a_body(body: str) -> None:
    assert blank_template_tags(body, config=HUGO)[0] == HUGO_BODIES[body]


@pytest.mark.parametrize("body", ELEVENTY_BODIES)
def test_nunjucks_leaves_a_body(body: str) -> None:
    assert blank_template_tags(body, config=ELEVENTY)[0] == ELEVENTY_BODIES[body]


@pytest.mark.parametrize("body", ASTRO_BODIES)
def test_components_leave_a_body(body: str) -> None:
    assert blank_template_tags(body, config=ASTRO)[0] == ASTRO_BODIES[body]


def test_without_a_tool_every_syntax_counts() -> None:
    body = "{{ a }} {% b %} {{< c >}} <D e={f} />"
    assert blank_template_tags(body) == (
        "   ",
        (TagFound(0, "a"), TagFound(8, "b"), TagFound(16, "c"), TagFound(26, "D")),
    )


@pytest.mark.parametrize("tag", ["post_url 2020-01-02-b", "post_url b", "link _posts/2020-01-02-b.md", "link b.md"])
def test_an_address_that_depends_on_another_file_is_left_out(tag: str) -> None:
    config = SiteConfig(Tool.JEKYLL, "/site", permalinks={"": "/:categories/:year/:title/"})
    name = tag.partition(" ")[0]
    assert blank_template_tags(f"{{% {tag} %}}", config=config) == ("", (TagFound(0, name),))


def test_tags_are_found_by_index_and_name() -> None:
    body = "é {% include secret.html %}{% assign x = 1 %}{{ page.title | upcase }}\n{% endif %}{{ 'secret' | upcase }}"
    _, tags = blank_template_tags(body, config=JEKYLL)
    assert tags == (
        TagFound(2, "include"),
        TagFound(body.index("{{ page"), "page.title"),
        TagFound(body.index("{{ 'secret'"), "{{"),
    )


def test_tags_without_output_are_not_found() -> None:
    body = "{% raw %}x{% endraw %}{% comment %}y{% endcomment %}{{ site.baseurl }}{% highlight c %}z{% endhighlight %}"
    assert blank_template_tags(body, config=JEKYLL) == ("x/base`z`", ())


def test_the_end_of_a_shortcode_is_not_found_again() -> None:
    assert blank_template_tags("{{< a/b.html >}}x{{< /a/b.html >}}", config=HUGO) == ("x", (TagFound(0, "a/b.html"),))


@pytest.mark.parametrize(
    ("config", "bodies"), [(JEKYLL, JEKYLL_BODIES), (HUGO, HUGO_BODIES), (ELEVENTY, ELEVENTY_BODIES)]
)
def test_line_ends_of_windows_make_no_difference(config: SiteConfig, bodies: dict[str, str]) -> None:
    for body, expected in bodies.items():
        text, _ = blank_template_tags(body.replace("\n", "\r\n"), config=config)
        assert text.replace("\r\n", "\n") == expected


def test_a_body_without_tags_is_the_same_object() -> None:
    body = "Plain *text* with { braces } and 100 %."
    assert blank_template_tags(body)[0] is body


@pytest.mark.parametrize("tool", [None, JEKYLL, HUGO, ASTRO, ELEVENTY], ids=lambda tool: tool.tool if tool else "any")
@pytest.mark.parametrize("part", HOSTILE)
def test_hostile_bodies_are_read(part: str, tool: SiteConfig | None) -> None:
    for body in (part * 200, f"{part * 200}%}}", f"x {part} " * 200):
        text, tags = blank_template_tags(body, config=tool)
        assert len(text) <= 2 * len(body)
        assert len(tags) <= 600
