import pytest

from feeds.renderers.media import guess_type, is_channel_image


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://img.example/a.JPG?x=.png", "image/jpeg"),
        ("https://img.example/a.b.webp#c", "image/webp"),
        ("https://img.example/png", ""),
        ("https://img.example/.png/a", ""),
        ("", ""),
    ],
)
def test_the_extension_of_the_path_gives_the_type(url: str, expected: str) -> None:
    assert guess_type(url) == expected


def test_a_channel_accepts_png_jpeg_and_gif_only() -> None:
    known = ("avif", "gif", "jpeg", "jpg", "png", "svg", "webp")
    allowed = [extension for extension in known if is_channel_image(f"https://img.example/a.{extension}")]
    assert allowed == ["gif", "jpeg", "jpg", "png"]
