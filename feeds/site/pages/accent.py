"""Derive readable colours from the accent colour of a site, for light and for dark pages (WCAG 2.2, 1.4.3)."""

import msgspec

MIN_CONTRAST = 4.5
LIGHT_BACKGROUND, DARK_BACKGROUND = "#fbfaf7", "#201e1b"
"""The backgrounds of text with the least contrast in the two schemes: `--paper` and `--card` of the stylesheet."""

_WHITE, _BLACK = "#ffffff", "#000000"
_STEPS = 100


class Accent(msgspec.Struct, frozen=True):
    """An accent colour of text, and the colour of text on a background of this colour."""

    color: str
    on_color: str


def derive_accents(color: str) -> tuple[Accent, Accent]:
    """Return the accents of light and of dark pages: the colour, darker or lighter until it is readable."""
    light = _mix_until_readable(color, _BLACK, background=LIGHT_BACKGROUND)
    dark = _mix_until_readable(color, _WHITE, background=DARK_BACKGROUND)
    return Accent(light, _WHITE), Accent(dark, _BLACK)


def measure_contrast(first: str, second: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    lighter, darker = sorted((_measure_luminance(first), _measure_luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _mix_until_readable(color: str, other: str, *, background: str) -> str:
    mixed = (_mix(color, other, step / _STEPS) for step in range(_STEPS + 1))
    return next(each for each in mixed if measure_contrast(each, background) >= MIN_CONTRAST)


def _mix(color: str, other: str, share: float) -> str:
    pairs = zip(_read_channels(color), _read_channels(other), strict=True)
    return "#" + "".join(f"{round(own + (target - own) * share):02x}" for own, target in pairs)


def _measure_luminance(color: str) -> float:
    red, green, blue = (_make_linear(channel / 255) for channel in _read_channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _make_linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 as sRGB has it


def _read_channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
