"""The certificate for HTTPS: tried before anything is started, so that a fault in it is one message.

It is apart from `listeners`, because that needs the web framework, whose import takes longer than all the rest.
"""

import ssl
from dataclasses import dataclass

from seacorder.base.errors import SettingsError
from seacorder.base.message import Message


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files with a certificate and its key, as PEM."""

    file: str
    key: str | None = None
    """None: in the same file."""


def check_certificate(certificate: Certificate) -> None:
    """Raises SettingsError if it cannot be used. Blocks."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate.file, certificate.key, _no_password)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        why = getattr(error, "strerror", None) or str(error)
        files = certificate.file if certificate.key is None else f"{certificate.file} with {certificate.key}"
        raise SettingsError([Message(
            f"[server] certificate: {files} cannot be used ({why}).",
            "Write a certificate and its private key, both as PEM, which Seacorder's user may read.",
        )]) from error


def _no_password() -> str:
    """OpenSSL asks for the password of a key; at a service's start nobody can type one."""
    raise ValueError("the key has a password")
