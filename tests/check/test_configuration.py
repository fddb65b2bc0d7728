"""Configurations and where they contradict themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.shared import needs_shared, shared_path
from wsdtrace.check.configuration import contradictions
from wsdtrace.scenario import portrait
from wsdtrace.soap import read_envelope
from wsdtrace.wsd import decode_message
from wsdtrace.wsd.scan import GetScannerElementsResponse
from wsdtrace.wsd.scanner import (
    ADF,
    CompressionQualityFactorSupported,
    Dimensions,
    FormatsSupported,
    Platen,
    Range,
    RotationsSupported,
    ScalingRangeSupported,
    ScannerConfiguration,
)

WHOLE = portrait.configuration()
SETTINGS = WHOLE.device_settings
assert SETTINGS is not None
assert WHOLE.adf is not None
assert WHOLE.platen is not None


def with_settings(**changes: object) -> ScannerConfiguration:
    assert SETTINGS is not None
    return replace(WHOLE, device_settings=replace(SETTINGS, **changes))  # type: ignore[arg-type]  # fields of the type


def with_platen(least: tuple[int, int] | None, most: tuple[int, int] | None) -> ScannerConfiguration:
    assert WHOLE.platen is not None
    sizes = [None if s is None else Dimensions(width=s[0], height=s[1]) for s in (least, most)]
    return replace(WHOLE, platen=replace(WHOLE.platen, platen_minimum_size=sizes[0], platen_maximum_size=sizes[1]))


def scaled(low: int | None, high: int | None) -> ScannerConfiguration:
    range_ = Range(min_value=low, max_value=high)
    return with_settings(
        scaling_range_supported=ScalingRangeSupported(
            scaling_width=range_, scaling_height=Range(min_value=1, max_value=100)
        )
    )


FRONT = WHOLE.adf.adf_front


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [
        pytest.param(WHOLE, [], id="whole"),
        pytest.param(ScannerConfiguration(), ["neither Platen nor ADF nor Film"], id="empty"),
        pytest.param(ScannerConfiguration(platen=Platen()), [], id="a platen of which nothing is known"),
        pytest.param(
            replace(WHOLE, adf=ADF(adf_supports_duplex=True, adf_front=FRONT)),
            ["ADFSupportsDuplex is true, and there is no ADFBack"],
            id="duplex without a back",
        ),
        pytest.param(
            replace(WHOLE, adf=ADF(adf_supports_duplex=False, adf_front=FRONT, adf_back=FRONT)),
            ["ADFSupportsDuplex is false, and there is an ADFBack"],
            id="a back without duplex: Brother MFC-9370CDW",
        ),
        pytest.param(replace(WHOLE, adf=ADF(adf_front=FRONT, adf_back=FRONT)), [], id="duplex is not said"),
        pytest.param(
            with_platen((9000, 100), (8500, 8500)),
            ["Platen: minimum size 9000×100 over maximum size 8500×8500"],
            id="too wide",
        ),
        pytest.param(with_platen((5000, 9000), (9000, 5000)), [], id="turned: Kyocera"),
        pytest.param(with_platen((100, 100), (0, 0)), [], id="sizes of 0: HP, Samsung"),
        pytest.param(with_platen(None, (1, 1)), [], id="no minimum"),
        pytest.param(
            with_settings(
                compression_quality_factor_supported=CompressionQualityFactorSupported(min_value=9, max_value=1)
            ),
            ["CompressionQualityFactorSupported: MinValue 9 over MaxValue 1"],
            id="quality",
        ),
        pytest.param(scaled(100, 100), [], id="no scaling at all"),
        pytest.param(scaled(None, 100), [], id="no least scaling"),
        pytest.param(scaled(200, 100), ["ScalingWidth: MinValue 200 over MaxValue 100"], id="scaling"),
        pytest.param(
            scaled(101, 200), ["ScalingWidth of 101 to 200 lacks 100, which is no scaling"], id="always larger"
        ),
        pytest.param(
            with_settings(rotations_supported=RotationsSupported(rotation_value=("90",))),
            ["RotationsSupported lacks 0, which is no rotation"],
            id="always turned",
        ),
        pytest.param(with_settings(rotations_supported=RotationsSupported()), [], id="no rotations are told"),
        pytest.param(
            with_settings(formats_supported=FormatsSupported(format_value=("jfif", "png", "jfif"))),
            ["FormatsSupported lists jfif twice"],
            id="a format twice",
        ),
    ],
)
def test_a_contradiction_is_named(configuration: ScannerConfiguration, expected: list[str]) -> None:
    assert [c.text for c in contradictions(configuration)] == expected


def test_a_format_that_is_listed_twice_misleads_nobody() -> None:
    twice = with_settings(formats_supported=FormatsSupported(format_value=("jfif", "jfif")))
    assert [c.is_harmless for c in contradictions(twice)] == [True]


@needs_shared
def test_the_configuration_of_a_real_kyocera_does_not_contradict_itself() -> None:
    data = shared_path("data/public/kyocera-m2040dn_GetScannerElementsResponse.xml").read_bytes()
    value = decode_message(read_envelope(data)).value
    assert isinstance(value, GetScannerElementsResponse)
    assert value.scanner_elements is not None
    (told,) = [d.scanner_configuration for d in value.scanner_elements.element_data if d.scanner_configuration]
    assert list(contradictions(told)) == []
