"""Colours that can be seen on white and on black."""

import pytest

from wsdtrace.check.finding import Severity
from wsdtrace.report import palette
from wsdtrace.report.palette import BLUE, SEVERITIES, SLATE, STATES, state_color

HUES = {name: value for name, value in vars(palette).items() if name.isupper() and isinstance(value, str)}


def luminance(color: str) -> float:
    """WCAG 2.2, relative luminance."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("background", ["#ffffff", "#0d1117", "#111111"])
@pytest.mark.parametrize("name", HUES)
def test_every_hue_is_seen_on_light_and_dark(name: str, background: str) -> None:
    assert contrast(HUES[name], background) >= 3.0


def test_every_severity_has_a_hue_of_its_own() -> None:
    assert set(SEVERITIES) == set(Severity)
    assert len(set(SEVERITIES.values())) == 3


@pytest.mark.parametrize("severity", Severity)
def test_a_letter_on_a_badge_can_be_read(severity: Severity) -> None:
    assert contrast(SEVERITIES[severity], "#ffffff") >= 4.5
    assert min(contrast(SEVERITIES[severity], dark) for dark in ("#0d1117", "#111111")) >= 3.0


def test_states_have_hues() -> None:
    assert set(STATES.values()) <= set(HUES.values())
    assert state_color("page 3") == BLUE
    assert state_color("Levitating") == SLATE
