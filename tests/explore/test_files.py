"""`Files`: how they are called, what is copied, what two people compare."""

import gzip
import hashlib
from pathlib import Path

from tests.shared import CAPTURES
from wsdtrace.explore.files import Files
from wsdtrace.pipeline import Options

ADF = CAPTURES / "adf-3-pages" / "capture.pcap"


def test_a_copy_goes_by_the_name_that_the_user_gave(tmp_path: Path) -> None:
    packed = tmp_path / "x.pcap.gz"
    packed.write_bytes(gzip.compress(ADF.read_bytes()))
    with Files([str(packed)]) as files:
        facts = files.read(Options())
        assert (facts.input.path, facts.input.files, facts.notes) == (str(packed), [str(packed)], [])
        assert files.sha256() == hashlib.sha256(ADF.read_bytes()).hexdigest()
        assert files.cut == []


def test_a_folder_and_several_files_have_no_digest_together() -> None:
    with Files([str(ADF), str(ADF)]) as files:
        assert files.sha256() is None
    with Files([str(ADF.parent)]) as files:
        assert files.sha256() is None
