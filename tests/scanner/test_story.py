"""The demo's story: what each scene tells is what the capture holds, and nothing else is wrong with it."""

import asyncio
import io

from wsdtrace.capture import open_capture_bytes
from wsdtrace.pipeline import Options, check_source
from wsdtrace.scanner.story import SILENCE_S, Scene, Story


def test_the_story_is_told_and_its_capture_says_the_same() -> None:
    file = io.BytesIO()
    story = Story(file)

    async def play() -> list[Scene]:
        return [scene async for scene in story.scenes()]

    scenes = asyncio.run(play())
    with open_capture_bytes(file.getvalue(), "demo.pcapng") as source:
        trace = check_source(source, Options())
    loud = sorted(f.code for f in trace.findings if f.is_cause and f.severity.rank <= 1)
    assert loud == sorted(code for scene in scenes for code in scene.finds) == ["WSD202", "WSD601"]
    assert [len(job.images) for job in trace.jobs] == [1, 3, 1, 1, 1]
    assert [job.outcome.value for job in trace.jobs] == ["completed"] * 3 + ["orphaned", "completed"]
    assert round(story.clock.skipped_ns / 1e9) == SILENCE_S
    assert len(scenes) == 5
    assert f"{SILENCE_S:.0f} s go by" in " ".join(scenes[3].lines)
