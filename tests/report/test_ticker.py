"""Lines while a source goes on: one for each exchange, harmless and without secrets."""

from tests.shared import CAPTURES
from wsdtrace.check.finding import Finding
from wsdtrace.pipeline import Options, check_file
from wsdtrace.report.page import Look, Verbosity
from wsdtrace.report.ticker import Ticker
from wsdtrace.report.trace import InputInfo, Trace
from wsdtrace.state.events import Event, ExchangeEnded

CASE = str(CAPTURES / "adf-3-pages" / "capture.pcap")


def lines_of(look: Look) -> list[str]:
    lines: list[str] = []
    ticker = Ticker(look, lines.append, lambda: Trace(InputInfo("x", [], "proxy")))

    def heard(event: Event) -> None:
        if isinstance(event, ExchangeEnded):
            ticker.exchange(event.exchange)

    def found(finding: Finding) -> None:
        ticker.finding(finding)

    check_file(CASE, Options(on_event=heard, on_finding=found))
    ticker.said("a\x1b[31mline\nmore")
    return lines


def test_every_exchange_is_one_line_with_its_job() -> None:
    lines = lines_of(Look())
    told = [line for line in lines if " → " in line]
    assert len(told) == 8
    assert sum("job 1" in line and "RetrieveImage" in line for line in told) == 4
    assert any("page 2 jfif" in line for line in told)
    assert all(line.count("\n") == 1 for line in told)


def test_text_is_harmless_and_quiet_is_quiet() -> None:
    assert lines_of(Look())[-1] == "── a␛[31mline␊more\n"
    assert len(lines_of(Look(verbosity=Verbosity.QUIET))) == 1
    assert len(lines_of(Look(verbosity=Verbosity.VERBOSE))) > len(lines_of(Look()))
