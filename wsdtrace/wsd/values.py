"""The values of WS-Scan: ranges and enumerations. Published spellings beside the member are read as it; misspellings
are told.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from wsdtrace.soap.schema import INT_MAX, Bool, Int, Names, String, Uri, Words
from wsdtrace.soap.xml import QName

Count = Annotated[int, Int(0, INT_MAX)]
Positive = Annotated[int, Int(1, INT_MAX)]
Percent = Annotated[int, Int(0, 100)]
Scale = Annotated[int, Int(1, 1000)]
Level1000 = Annotated[int, Int(-1000, 1000)]
Level100 = Annotated[int, Int(-100, 100)]
AnyInt = Annotated[int, Int()]
String127 = Annotated[str, String(127)]
String255 = Annotated[str, String(255)]
Boolean = Annotated[bool, Bool()]
Address = Annotated[str, Uri()]
Addresses = Annotated[tuple[str, ...], Words()]
Name = Annotated[QName, Names()]
NameList = Annotated[tuple[QName, ...], Names(many=True)]
Unsigned = Annotated[int, Int(0, 2**32 - 1)]


class JobState(StrEnum):
    """Where a job is in its life (jobstate.md; Pending-Held in the 1.0 schema, ProcessingStopped in its figure 13)."""

    ABORTED = "Aborted"
    CANCELED = "Canceled"
    COMPLETED = "Completed"
    CREATING = "Creating"
    HELD = "Held"
    PENDING = "Pending"
    PENDING_HELD = "Pending-Held"
    PROCESSING = "Processing"
    PROCESSING_STOPPED = "ProcessingStopped"
    STARTED = "Started"
    TERMINATING = "Terminating"

    @staticmethod
    def _misspelt() -> dict[str, str]:
        return {"Cancelled": JobState.CANCELED}


class JobStateReason(StrEnum):
    """Why a job is in its state (jobstatereason.md and the 1.0 schema, which differ)."""

    COMPRESSION_ERROR = "CompressionError"
    DOCUMENT_FORMAT_ERROR = "DocumentFormatError"
    IMAGE_TRANSFER_ERROR = "ImageTransferError"
    INVALID_SCAN_TICKET = "InvalidScanTicket"
    JOB_CANCELED_AT_DEVICE = "JobCanceledAtDevice"
    JOB_COMPLETED_SUCCESSFULLY = "JobCompletedSuccessfully"
    JOB_COMPLETED_WITH_ERRORS = "JobCompletedWithErrors"
    JOB_COMPLETED_WITH_WARNINGS = "JobCompletedWithWarnings"
    JOB_SCANNING = "JobScanning"
    JOB_SCANNING_AND_TRANSFERRING = "JobScanningAndTransferring"
    JOB_TIMED_OUT = "JobTimedOut"
    JOB_TRANSFERRING = "JobTransferring"
    NONE = "None"
    SCANNER_STOPPED = "ScannerStopped"

    @staticmethod
    def _published() -> dict[str, str]:
        # The schema spells both with one r (documentation defect D6).
        return {
            "JobTransfering": JobStateReason.JOB_TRANSFERRING,
            "JobScanningAndTransfering": JobStateReason.JOB_SCANNING_AND_TRANSFERRING,
        }


class ScannerState(StrEnum):
    """What the scanner does (scannerstate.md)."""

    IDLE = "Idle"
    PROCESSING = "Processing"
    STOPPED = "Stopped"


class ScannerStateReason(StrEnum):
    """Why the scanner is in its state (scannerstatereason.md)."""

    ATTENTION_REQUIRED = "AttentionRequired"
    CALIBRATING = "Calibrating"
    COVER_OPEN = "CoverOpen"
    INTERLOCK_OPEN = "InterlockOpen"
    INTERNAL_STORAGE_FULL = "InternalStorageFull"
    LAMP_ERROR = "LampError"
    LAMP_WARMING = "LampWarming"
    MEDIA_JAM = "MediaJam"
    MULTIPLE_FEED_ERROR = "MultipleFeedError"
    NONE = "None"
    PAUSED = "Paused"


class ConditionName(StrEnum):
    """A condition of the device (name-element-for-devicecondition-and-conditionhistoryentry.md)."""

    CALIBRATING = "Calibrating"
    COVER_OPEN = "CoverOpen"
    INPUT_TRAY_EMPTY = "InputTrayEmpty"
    INTERLOCK_OPEN = "InterlockOpen"
    INTERNAL_STORAGE_FULL = "InternalStorageFull"
    LAMP_ERROR = "LampError"
    LAMP_WARMING = "LampWarming"
    MEDIA_JAM = "MediaJam"
    MULTIPLE_FEED_ERROR = "MultipleFeedError"

    @staticmethod
    def _published() -> dict[str, str]:
        return {"LampWarning": ConditionName.LAMP_WARMING}  # the schema's spelling (documentation defect D7)


class Component(StrEnum):
    """The part of the device that a condition is about (component.md)."""

    ADF = "ADF"
    FILM = "Film"
    MEDIA_PATH = "MediaPath"
    PLATEN = "Platen"


class Severity(StrEnum):
    """How bad a condition is (severity.md); the device cannot go on while one is Critical."""

    INFORMATIONAL = "Informational"
    WARNING = "Warning"
    CRITICAL = "Critical"


class InputSource(StrEnum):
    """Where the original is (inputsource.md)."""

    ADF = "ADF"
    ADF_DUPLEX = "ADFDuplex"
    FILM = "Film"
    PLATEN = "Platen"


class ContentType(StrEnum):
    """What the original mostly shows (contenttype.md)."""

    AUTO = "Auto"
    TEXT = "Text"
    PHOTO = "Photo"
    HALFTONE = "Halftone"
    MIXED = "Mixed"


class FilmScanMode(StrEnum):
    """Kind of film (filmscanmodevalue.md); NotApplicable only in a default ticket."""

    NOT_APPLICABLE = "NotApplicable"
    COLOR_SLIDE_FILM = "ColorSlideFilm"
    COLOR_NEGATIVE_FILM = "ColorNegativeFilm"
    BLACK_AND_WHITE_NEGATIVE_FILM = "BlackandWhiteNegativeFilm"


class ColorEntry(StrEnum):
    """Colour space and bits of a pixel (colorentry.md)."""

    BLACK_AND_WHITE_1 = "BlackAndWhite1"
    GRAYSCALE_4 = "Grayscale4"
    GRAYSCALE_8 = "Grayscale8"
    GRAYSCALE_16 = "Grayscale16"
    RGB_24 = "RGB24"
    RGB_48 = "RGB48"
    RGBA_32 = "RGBa32"
    RGBA_64 = "RGBa64"

    @staticmethod
    def _misspelt() -> dict[str, str]:
        # The documentation's sample of ValidateScanTicketRequest (documentation defect C6).
        return {f"GrayScale{bits}": ColorEntry(f"Grayscale{bits}") for bits in (4, 8, 16)}


class Rotation(StrEnum):
    """Degrees clockwise (rotationvalue.md)."""

    NONE = "0"
    QUARTER = "90"
    HALF = "180"
    THREE_QUARTERS = "270"


class Format(StrEnum):
    """File format of the images (formatvalue.md)."""

    DIB = "dib"
    EXIF = "exif"
    JBIG = "jbig"
    JFIF = "jfif"
    JPEG_2000 = "jpeg2k"
    PDF_A = "pdf-a"
    PNG = "png"
    TIFF_SINGLE_UNCOMPRESSED = "tiff-single-uncompressed"
    TIFF_SINGLE_G4 = "tiff-single-g4"
    TIFF_SINGLE_G3MH = "tiff-single-g3mh"
    TIFF_SINGLE_JPEG_TN2 = "tiff-single-jpeg-tn2"
    TIFF_MULTI_UNCOMPRESSED = "tiff-multi-uncompressed"
    TIFF_MULTI_G4 = "tiff-multi-g4"
    TIFF_MULTI_G3MH = "tiff-multi-g3mh"
    TIFF_MULTI_JPEG_TN2 = "tiff-multi-jpeg-tn2"
    XPS = "xps"


MULTI_IMAGE_FORMATS = frozenset({f for f in Format if f.startswith("tiff-multi")} | {Format.PDF_A, Format.XPS})
"""Formats in which one RetrieveImage brings all images in one file (retrieveimageresponse.md)."""
SINGLE_IMAGE_FORMATS = frozenset(Format) - MULTI_IMAGE_FORMATS
UNCOMPRESSED_FORMATS = frozenset({Format.DIB, Format.TIFF_SINGLE_UNCOMPRESSED, Format.TIFF_MULTI_UNCOMPRESSED})
"""Formats for which BytesPerLine is not 0 (bytesperline.md)."""
FINAL_STATES = frozenset({JobState.ABORTED, JobState.CANCELED, JobState.COMPLETED})
