"""Who did everything right is blamed for nothing, whatever the capture lost of it."""

from __future__ import annotations

import random

import pytest

from tests.damage import Capture, Frame
from tests.random_talk import Talk
from tests.rewrite import frames_of
from tests.test_damage import accusing
from wsdtrace import scenario

STEPS = 25
LOST_PERCENT = (1, 4, 12, 30)


def frames(seed: int) -> list[Frame]:
    return frames_of(scenario.capture(Talk(seed).text(STEPS)))


def damaged(frames: list[Frame], seed: int) -> dict[str, list[Frame]]:
    """The frames that are left, by what happened."""
    chance = random.Random(seed)
    left = {f"{percent} % lost": [f for f in frames if chance.random() * 100 > percent] for percent in LOST_PERCENT}
    for percent in (20, 50, 80):
        at = len(frames) * percent // 100
        left |= {f"begins after {percent} %": frames[at:], f"ends after {percent} %": frames[:at]}
    return left


def blamed(seed: int) -> dict[str, set[str]]:
    """Codes that accuse somebody, by what happened to the capture."""
    whole = frames(seed)
    every = {"whole": whole, **damaged(whole, seed)}
    found = {how: accusing(Capture(1, left).written()) for how, left in every.items()}
    return {how: codes for how, codes in found.items() if codes}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nobody_is_blamed(seed: int) -> None:
    assert accusing(scenario.capture(Talk(seed).text(STEPS))) == set()


@pytest.mark.slow
@pytest.mark.parametrize("ten", range(4))
def test_nobody_is_blamed_for_what_is_lost(ten: int) -> None:
    assert {seed: found for seed in range(100 + 10 * ten, 110 + 10 * ten) if (found := blamed(seed))} == {}
