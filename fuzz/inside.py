"""`python -m fuzz.inside DOOR DIRECTORY [LIBFUZZER-OPTION…]`: fuzz one door in this process, which libFuzzer ends."""

from __future__ import annotations

import sys
from pathlib import Path

import atheris  # type: ignore[import-untyped]  # it has no types

with atheris.instrument_imports(include=["wsdtrace"]):
    from fuzz.doors import DOORS
from fuzz.mutate import mutate_markup, mutate_program
from fuzz.seeds import seeds

MOST_BYTES = 16_384
"""Of one input."""
PLAIN_EVERY = 8
"""Every so many mutations libFuzzer's own come first, which know nothing of structure."""


def main() -> None:
    """Command line."""
    door, directory, *options = sys.argv[1:]
    corpus = Path(directory) / door
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds(door)):
        (corpus / f"seed-{number:04}").write_bytes(data[:MOST_BYTES])
    mutate = mutate_markup if door == "envelope" else mutate_program

    def another(data: bytes, most: int, seed: int) -> bytes:
        return mutate(atheris.Mutate(data, most) if seed % PLAIN_EVERY == 0 else data, most, seed)

    options += [f"-max_len={MOST_BYTES}", "-len_control=0", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], DOORS[door], custom_mutator=another)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
