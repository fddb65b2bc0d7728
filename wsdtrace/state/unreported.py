"""Changes of a job's state that a poll shows and no notification told, although a live subscription asked for it.

Theory of operation: a subscription that was live before the job was created, and wants JobStatusEvent, is to be told
of every change (jobstatus.md). What an answer says first, a notification may say a moment later; so a change waits,
and is told when the moment is over and the subscription is still live. Started comes and goes too quickly to be held
against anybody.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Stamp
from wsdtrace.soap.namespaces import SCAN
from wsdtrace.state.events import Event, JobStateSeen
from wsdtrace.state.listener import NEVER_NS, Ear, Listener
from wsdtrace.state.model import Exchange, Job, Subscription, Toward
from wsdtrace.state.observations import StateUnreported
from wsdtrace.state.standing import EXPIRY_SLACK_NS, wants
from wsdtrace.state.subscriptions import SubscriptionBook

REPORT_NS = EXPIRY_SLACK_NS
"""A notification that is under way has come by then."""

MAX_WAITING = 10_000
"""Changes that wait for their notification, and jobs whose last notification is remembered."""

ACTION = f"{SCAN}/JobStatusEvent"
TRANSIENT = frozenset({"Started", "Creating"})
"""States in which a job is for a moment only (jobstate.md, row J09)."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A state that only a poll told so far."""

    job: Job
    state: str
    exchange: Exchange
    stamp: Stamp
    subscription: Subscription


class UnreportedBook(Listener):
    """Changes of jobs' states and what was notified of them."""

    def __init__(self, subscriptions: SubscriptionBook) -> None:
        self._subscriptions = subscriptions
        self._waiting: deque[_Change] = deque(maxlen=MAX_WAITING)
        self._told: OrderedDict[int, tuple[Job, set[str]]] = OrderedDict()

    def ears(self) -> Iterable[Ear]:
        return (Ear(JobStateSeen, self._seen),)

    def _seen(self, event: JobStateSeen) -> Iterable[Event]:
        job, state = event.job, event.state
        told = self._told.setdefault(id(job), (job, set()))[1]
        self._told.move_to_end(id(job))
        if len(self._told) > MAX_WAITING:
            self._told.popitem(last=False)
        if event.exchange.toward is Toward.CLIENT:
            told.add(state)
        elif state not in told and state != event.before and state not in TRANSIENT and not job.blind:
            asked = self._asked_for(job)
            if asked is not None:
                self._waiting.append(_Change(job, state, event.exchange, event.stamp, asked))
                self.due_ns = self._waiting[0].stamp.time_ns + REPORT_NS
        return ()

    def _asked_for(self, job: Job) -> Subscription | None:
        """A live subscription that has been wanting the job's events since before the job."""
        if job.created is None or job.device is None:
            return None
        live = self._subscriptions.live_at(job.device)
        return next((s for s in live if s.granted < job.created and wants(s, ACTION, "JobStatusEvent")), None)

    def advance(self, now_ns: int) -> Iterator[Event]:
        while self._waiting and self._waiting[0].stamp.time_ns + REPORT_NS < now_ns:
            change = self._waiting.popleft()
            told = self._told.get(id(change.job), (change.job, set[str]()))[1]
            if change.state not in told and change.subscription.is_live and not change.job.blind:
                place = Stamp(change.stamp.number, change.stamp.time_ns + REPORT_NS, change.stamp.kind)
                yield StateUnreported(place, change.job, change.state, change.exchange, change.subscription)
        self.due_ns = self._waiting[0].stamp.time_ns + REPORT_NS if self._waiting else NEVER_NS
