"""What devices say of their jobs: states, lists and ends, held against what the jobs went through.

Theory of operation: a sample is what one message says of one job. Two samples are *ordered* when the second was asked
for, or sent, after the first was complete; only then does a contradiction between them mean anything, since answers on
two connections may overtake each other. A GetActiveJobs that does not list a live job proves something only once the
job delivers another image.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from wsdtrace.records import Stamp
from wsdtrace.state.events import Event, JobEndReported, JobListed, JobStateSeen, LiveJobUnlisted
from wsdtrace.state.joblife import JobSample, JobStep
from wsdtrace.state.model import Device, Exchange, Job
from wsdtrace.state.scanwords import job_list_of, job_samples_of


class JobStatusBook:
    """Samples of jobs' states, for jobs that the capture knows."""

    def __init__(self, find: Callable[[Device | None, int], Job | None]) -> None:
        self._find = find

    def seen(self, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        """Every sample of an exchange, and what the lists say."""
        yield from self._listed(exchange, stamp)
        for sample in job_samples_of(exchange):
            job = self._find(exchange.device, sample.job_id)
            if job is not None:
                yield self._sample(job, sample, exchange, stamp)

    def _sample(self, job: Job, sample: JobSample, exchange: Exchange, stamp: Stamp) -> JobStateSeen:
        event = JobStateSeen(
            stamp,
            job,
            exchange,
            before=job.state,
            sample=sample,
            ordered=job.state_seen is not None and exchange.first.order > job.state_seen.order,
            scans_before=job.scans_completed,
            silent_ns=_silence(job, exchange.first),
        )
        if job.state != sample.state:
            job.steps.append(JobStep(stamp, sample.state, observed=True))
        job.state, job.state_seen = sample.state, stamp
        if sample.scans_completed is not None:
            job.scans_completed = sample.scans_completed
        return event

    def reported(self, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        """A JobStatusEvent or JobEndStateEvent was delivered: was it sent after the job's end had been told to that
        sink?"""
        for sample in job_samples_of(exchange):
            job = self._find(exchange.device, sample.job_id)
            if job is None:
                continue
            told = job.ended_at.get(exchange.server_endpoint)
            if told is not None and exchange.first.order > told.order and exchange.resend_of is None:
                yield JobEndReported(stamp, job, exchange, told)
            elif told is None and exchange.operation == "JobEndStateEvent":
                job.ended_at[exchange.server_endpoint] = stamp

    def _listed(self, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        samples = job_list_of(exchange)
        if samples is None:
            return
        active = exchange.operation == "GetActiveJobs"
        listed = [(s, self._find(exchange.device, s.job_id)) for s in samples]
        both: list[Job] = []
        for _, job in listed:
            if job is None:
                continue
            if not active:
                job.listed_ended = job.listed_ended or exchange
            elif job.listed_ended is not None and exchange.first.order > job.listed_ended.last.order:
                both.append(job)
        yield JobListed(stamp, exchange, active, samples, tuple(both))

    @staticmethod
    def left_out(jobs: list[Job], exchange: Exchange) -> None:
        """Remember the live jobs, created before the question, that GetActiveJobsResponse does not list."""
        samples = job_list_of(exchange)
        if samples is None or exchange.operation != "GetActiveJobs":
            return
        listed = {s.job_id for s in samples}
        for job in jobs:
            if job.job_id not in listed and job.created is not None and job.created.order < exchange.first.order:
                job.unlisted = job.unlisted or exchange

    @staticmethod
    def delivered(job: Job, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        """The job delivered an image: it was alive when it was left out."""
        if job.unlisted is not None and exchange.first.order > job.unlisted.last.order:
            yield LiveJobUnlisted(stamp, job, job.unlisted, exchange)
            job.unlisted = None


def _silence(job: Job, now: Stamp) -> int | None:
    since = job.last_retrieve_end or job.created
    if not job.is_live or job.retrieving or since is None:
        return None
    return now.time_ns - since.time_ns
