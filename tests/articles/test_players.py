"""Only players of allowed hosts are kept, and nothing else of their HTML."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.articles.players import EMBED_HOSTS, clean_embed


@pytest.mark.parametrize("host", sorted(EMBED_HOSTS))
def test_players_of_allowed_hosts_are_kept(host: str) -> None:
    embed = clean_embed(
        f'<div><iframe width="800" height=" 500 " src="//{host}/embed/a?b&amp;c" onload=x title=\'"A" &lt;b\'></iframe>'
    )
    assert embed == (
        f'<iframe src="https://{host}/embed/a?b&amp;c" width="800" height="500" title="&quot;A&quot; &lt;b"'
        ' allow="encrypted-media; fullscreen; picture-in-picture" loading="lazy" allowfullscreen></iframe>'
    )
    assert clean_embed(embed) == embed


@pytest.mark.parametrize(
    "html",
    [
        "",
        "words",
        "<![a[",
        "<iframe></iframe>",
        "<iframe src=http://www.youtube.com/embed/a></iframe>",
        "<iframe src=https://evil.example/www.youtube.com></iframe>",
        "<iframe src=https://www.youtube.com.evil.example/></iframe>",
        "<iframe src=https://www.youtube.com@evil.example/></iframe>",
        "<iframe src=https://evil.example\\@www.youtube.com/></iframe>",
        "<iframe src=javascript:alert(1)></iframe>",
        "<iframe srcdoc='<script>x</script>'></iframe>",
        "<!-- <iframe src=https://www.youtube.com/embed/a></iframe> -->",
        "<textarea><iframe src=https://www.youtube.com/embed/a></iframe>",
        "<object data=https://www.youtube.com/v/a></object>",
        "<div>" * 200 + "<iframe src=https://www.youtube.com/embed/a></iframe>",
    ],
)
def test_other_embeds_are_dropped(html: str) -> None:
    assert clean_embed(html) == ""


PIECES = "<iframe |src=//youtube.com/x |title='|\"|>|</iframe>|<![CDATA[|<!--|-->|<svg>|<b>|&#7;|\x07|text| "


@given(
    st.lists(st.sampled_from(PIECES.split("|")) | st.text(max_size=3), max_size=12).map("".join)
    | st.text().map(lambda text: f'<iframe title="{text}" width="{text}" src="https://youtube.com/{text}">')
)
def test_cleaning_an_embed_twice_changes_nothing(html: str) -> None:
    embed = clean_embed(html)
    assert clean_embed(embed) == embed
    assert not re.search("[\x00-\x1f\x7f-\x84\x86-\x9f]", embed)
