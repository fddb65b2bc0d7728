"""TLS on both legs: a certificate of our own towards clients, the device's one pinned for the run."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import ssl
from pathlib import Path
from typing import Final

from wsdtrace.errors import MissingExtra, OutputError

DAYS: Final = 825
"""How long the certificate lives: the longest that clients of every kind accept."""


def default_folder() -> Path:
    """Where the key and the certificate are kept (XDG base directories)."""
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "wsdtrace"


def own_context(folder: Path) -> tuple[ssl.SSLContext, bool]:
    """The context for clients, and whether its certificate was made just now.

    Args:
        folder: where `key.pem` (mode 0600) and `certificate.pem` are, or will be.

    Raises:
        MissingExtra: there is none yet, and what makes one is not installed.
        OutputError: it cannot be written.
    """
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    made = not (key.exists() and certificate.exists())
    if made:
        _make(key, certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise OutputError(
            f"{certificate}: cannot be used ({error}); remove it and {key}, and they are made anew"
        ) from error
    return context, made


def _make(key_path: Path, certificate_path: Path) -> None:
    try:
        from cryptography import x509  # noqa: PLC0415 - an extra
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415 - an extra
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - an extra
        from cryptography.x509.oid import NameOID  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtra("a certificate for --tls", "proxy") from error
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "wsdtrace proxy")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        key_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(key_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.fchmod(handle, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secret)
        certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    except OSError as error:
        raise OutputError(
            f"{key_path.parent}: the proxy's key cannot be kept there: {error.strerror or error}"
        ) from error


def device_context() -> ssl.SSLContext:
    """The context towards a device: devices sign their certificates themselves, and speak old TLS; `Pins` watches."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class Pins:
    """The certificates that servers showed first, for this run."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}

    def changed(self, server: str, certificate: bytes | None) -> str | None:
        """What to say when a server shows another certificate than before; None where it does not."""
        shown = hashlib.sha256(certificate or b"").hexdigest()
        first = self._first.setdefault(server, shown)
        if shown == first:
            return None
        return f"{server} shows another certificate than before: sha256 {shown[:16]}…, was {first[:16]}…"
