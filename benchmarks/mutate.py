"""Breaks clean recordings in known ways and counts what the checker says of it.

`python benchmarks/mutate.py [-n MUTANTS] [--seed N] [--write docs/mutation-study.md] [FOLDER]`

FOLDER holds recordings of whole, clean scans (default: case captures). Each is taken apart into its exchanges, one
message is mutated, and the conversation is written anew as a capture and checked (`mutations`). Codes that neither the
kind of the mutation nor the recording itself expects are counted as false.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mutations import KINDS
from turns import Turns, turns_of, written

from wsdtrace.capture import open_capture_bytes
from wsdtrace.check.finding import Severity
from wsdtrace.pipeline import Options, check_source

CLEAN = ("clean-flatbed", "adf-3-pages", "any-interface", "go-server", "lossy-feeder")
"""Case captures of scans in which nothing went wrong."""


@dataclass(slots=True)
class Score:
    """What became of the mutants of one kind."""

    made: int = 0
    caught: int = 0
    missed: list[str] = field(default_factory=list)
    false: Counter[str] = field(default_factory=Counter)


def codes_of(data: bytes) -> tuple[set[str], set[str]]:
    """All codes of a capture, and those that accuse by themselves."""
    with open_capture_bytes(data, "mutant") as source:
        trace = check_source(source, Options())
    assert not trace.internal_errors, trace.internal_errors
    causes = {f.code for f in trace.findings if f.is_cause and f.severity is not Severity.INFO}
    return {f.code for f in trace.findings}, causes


def study(recordings: list[Path], mutants: int, seed: int) -> dict[str, Score]:
    """Make and check at least this many mutants, the kinds in turn."""
    conversations = [(path, turns_of(path)) for path in recordings]
    clean = {path: codes_of(written(turns))[1] for path, turns in conversations}
    scores = {kind.name: Score() for kind in KINDS}
    chance = random.Random(seed)
    share = -(-mutants // len(KINDS))
    for kind in KINDS:
        score = scores[kind.name]
        for path, turns, at in _places(conversations, chance, share * 40):
            if score.made >= share:
                break
            mutant = kind.apply(turns, at, chance)
            if mutant is None:
                continue
            found, causes = codes_of(written(sorted(mutant, key=lambda t: t.asked_ns)))
            score.made += 1
            if kind.code is None or kind.code in found:
                score.caught += kind.code is not None
            else:
                score.missed.append(f"{path.parent.name}/{path.name} turn {at} {turns[at].operation}: {sorted(found)}")
            score.false.update(causes - clean[path] - kind.also - {kind.code or ""})
    return scores


def _places(
    conversations: list[tuple[Path, Turns]], chance: random.Random, count: int
) -> Iterator[tuple[Path, Turns, int]]:
    for _ in range(count):
        path, turns = chance.choice(conversations)
        yield path, turns, chance.randrange(len(turns))


def table(scores: dict[str, Score]) -> str:
    """The study as Markdown."""
    kinds = {k.name: k for k in KINDS}
    seen = {n: s for n, s in scores.items() if kinds[n].code is not None}
    made, caught = sum(s.made for s in seen.values()), sum(s.caught for s in seen.values())
    false = Counter[str]()
    for score in scores.values():
        false.update(score.false)
    unseen = [k for k in KINDS if k.code is None]
    total = sum(s.made for s in scores.values())
    lines = [
        f"{total:,} mutants of {len(KINDS)} kinds. Of the {len(seen)} kinds that passive traffic can show, "
        f"{caught:,} of {made:,} mutants ({caught / max(made, 1):.1%}) were caught by the code that has to. "
        f"{len(unseen)} kinds ({len(unseen) / len(KINDS):.0%}) cannot be seen. "
        f"False codes: {sum(false.values())} ({', '.join(f'{c} {n}' for c, n in false.most_common()) or 'none'}).",
        "",
        "| what was broken | row | code | mutants | caught | false codes |",
        "|--|--|--|--:|--:|--|",
    ]
    for name, score in seen.items():
        wrong = ", ".join(f"{c} ×{n}" for c, n in score.false.most_common()) or "–"
        lines.append(f"| {name} | {kinds[name].row} | {kinds[name].code} | {score.made} | {score.caught} | {wrong} |")
    lines += ["", "Kinds that no observer can see:", ""]
    lines += [f"* {k.name}: {k.why_not}." for k in unseen]
    return "\n".join(lines) + "\n"


def recordings_in(folder: Path) -> list[Path]:
    """The clean recordings of the case captures, or all captures of another folder."""
    if (folder / CLEAN[0]).is_dir():
        return [path for name in CLEAN for path in sorted((folder / name).glob("capture.*"))]
    return sorted(path for path in folder.rglob("*.pcap*") if path.is_file())


def main() -> int:
    """Command line; 1 when fewer than 95 % are caught."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = Path(__file__).resolve().parent.parent
    parser.add_argument("folder", nargs="?", type=Path, default=here / "captures")
    parser.add_argument("-n", "--mutants", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--missed", action="store_true", help="print every mutant that was not caught")
    asked = parser.parse_args()
    scores = study(recordings_in(asked.folder), asked.mutants, asked.seed)
    text = table(scores)
    print(text)
    if asked.missed:
        for name, score in scores.items():
            for line in score.missed[:3]:
                print(f"  {name}: {line}")
    if asked.write:
        made_by = "Made by `python benchmarks/mutate.py --write docs/mutation-study.md`; see there for how."
        head = f"# Mutation study\n\n{made_by}\n\n"
        asked.write.write_text(head + text)
    kinds = {k.name: k for k in KINDS}
    seen = [s for n, s in scores.items() if kinds[n].code is not None]
    return 0 if sum(s.caught for s in seen) >= 0.95 * sum(s.made for s in seen) else 1


if __name__ == "__main__":
    sys.exit(main())
