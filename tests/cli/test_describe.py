"""`wsdtrace describe`."""

from tests.cli.conftest import Run


def test_names_are_explained_one_after_another(wsdtrace: Run) -> None:
    ran = wsdtrace("describe", "JobId", "ClientErrorJobIdNotFound")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("wscn:JobId\n")
    assert "\n\nClientErrorJobIdNotFound   fault of WS-Scan\n" in ran.out


def test_without_a_name_everything_is_listed(wsdtrace: Run) -> None:
    ran = wsdtrace("describe")
    assert ran.code == 0
    assert "WS-Scan: operations and events\n  CreateScanJob, " in ran.out


def test_an_unknown_name_names_the_nearest(wsdtrace: Run) -> None:
    ran = wsdtrace("describe", "Jobtokn")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "wsdtrace: no element, operation or fault 'Jobtokn'; did you mean JobToken?\n"
