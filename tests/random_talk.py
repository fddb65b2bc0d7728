"""Scenarios of two devices and two clients that do everything right, made of chance: nobody is to blame in them."""

from __future__ import annotations

import random
from dataclasses import dataclass

MANNERS = ("", "", "", "http: chunked 300", "http: 1.0", "tcp: new connection")
EVENTS = "events=ScanAvailableEvent,JobStatusEvent,JobEndStateEvent"


@dataclass
class Scan:
    """A live job."""

    client: str
    source: str
    announced: int
    """0: as many as there are."""
    pages: int
    delivered: int = 0


class Talk:
    """Lines of a scenario, and what its devices know."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self.lines: list[str] = []
        self._live: dict[tuple[int, int], Scan] = {}
        self._over: dict[int, list[str]] = {1: [], 2: []}
        self._granted = {1: 0, 2: 0}
        self._subscribed: dict[tuple[int, str], int] = {}
        self._names = 0

    def _say(self, client: str, device: int, text: str) -> None:
        self.lines.append(f"client {client}, device {device}: {text}")

    def _pair(self) -> tuple[str, int]:
        return self._chance.choice("AAB"), self._chance.choice((1, 1, 2))

    def _jobs_of(self, device: int) -> list[int]:
        return [job for at, job in self._live if at == device]

    def create(self) -> None:
        client, device = self._pair()
        source = self._chance.choice(("Platen", "ADF", "ADF", "ADFDuplex"))
        if self._jobs_of(device):
            self._say(client, device, f"CreateScanJob source={source} -> Fault ServerErrorNotAcceptingJobs")
            return
        announced = 1 if source == "Platen" else self._chance.choice((0, 0, 2))
        pages = announced or self._chance.choice((2, 4) if source == "ADFDuplex" else (1, 2, 4))
        self._grant(client, device, f"source={source} images={announced}", Scan(client, source, announced, pages))

    def _grant(self, client: str, device: int, asked: str, scan: Scan) -> None:
        self._granted[device] += 1
        job = self._granted[device]
        answer = f"JobId={job} JobToken=t{device}{job} ImagesToTransfer={scan.announced}"
        self._say(client, device, f"CreateScanJob {asked} -> {answer}")
        self._live[device, job] = scan

    def retrieve(self) -> None:
        if not self._live:
            self.create()
            return
        key = self._chance.choice(list(self._live))
        device, job = key
        scan = self._live[key]
        asked = f"JobId={job} JobToken=t{device}{job}"
        if self._chance.random() < 0.1:
            self._say(scan.client, device, f"CancelJob JobId={job} -> ok")
            self._end(key, "Canceled")
        elif scan.delivered < scan.pages:
            self.lines.append(self._chance.choice(MANNERS))
            self._say(scan.client, device, f"RetrieveImage {asked} -> image")
            scan.delivered += 1
            if scan.delivered == scan.announced:
                self._end(key, "Completed")
        else:
            self._say(scan.client, device, f"RetrieveImage {asked} -> Fault ClientErrorNoImagesAvailable")
            self._end(key, "Completed")

    def _end(self, key: tuple[int, int], state: str) -> None:
        del self._live[key]
        self._over[key[0]].append(f"{key[1]}:{state}")

    def look(self) -> None:
        client, device = self._pair()
        active = ",".join(f"{job}:Processing" for job in self._jobs_of(device))
        over = ",".join(self._over[device])
        state = "Processing" if active else "Idle"
        answer = self._chance.choice((
            f"GetActiveJobs -> {f'jobs={active}' if active else 'none'}",
            f"GetJobHistory -> {f'jobs={over}' if over else 'none'}",
            f"GetScannerElements Name=wscn:ScannerStatus -> ScannerState={state}",
            "GetScannerElements -> ok",
        ))  # fmt: skip
        self._say(client, device, answer)

    def find(self) -> None:
        client, device = self._pair()
        if self._chance.random() < 0.2:
            self.lines.append(f"device {device}: Hello")
            return
        self._say(
            client,
            device,
            self._chance.choice(("Probe -> ProbeMatches", "Get -> ok", "Resolve -> ResolveMatches")),
        )

    def push(self) -> None:
        client, device = self._pair()
        key = device, client
        self._names += 1
        if key not in self._subscribed:
            self._subscribed[key] = self._names
            answer = f"DestinationToken=k{self._names} Expires=PT1H"
            context = f"ClientContext=c{self._names} ClientDisplayName=n"
            self._say(client, device, f"Subscribe expires=PT1H {EVENTS} {context} -> {answer}")
        elif self._chance.random() < 0.3:
            self._say(client, device, "Unsubscribe -> ok")
            del self._subscribed[key]
        elif self._chance.random() < 0.3:
            self._say(client, device, "Renew -> ok")
        elif not self._jobs_of(device):
            name, here = f"s{self._names}", self._subscribed[key]
            self._say(client, device, f"ScanAvailableEvent ClientContext=c{here} ScanIdentifier={name} -> accepted")
            asked = f"ScanIdentifier={name} DestinationToken=k{here}"
            self._grant(client, device, asked, Scan(client, "Platen", 1, 1))

    def text(self, steps: int) -> str:
        """A scenario of so many steps, with all jobs brought to their end."""
        ways = (self.create, self.retrieve, self.retrieve, self.retrieve, self.look, self.look, self.find, self.push)
        for _ in range(steps):
            self._chance.choice(ways)()
            if self._chance.random() < 0.3:
                self.lines.append(f"wait {self._chance.choice((1, 2, 5))}s")
        while self._live:
            self.retrieve()
        return "\n".join(self.lines) + "\n"
