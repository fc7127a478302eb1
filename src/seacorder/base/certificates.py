"""Certificates (X.509): who has signed something, by the library `cryptography`, as `base.ed25519`."""

from seacorder.base.ed25519 import SignaturesNotPossible


def signer(certificate: bytes, hash_name: str, message: bytes, signature: bytes) -> str:
    """The subject of a certificate in DER, if its key has signed the message; else empty. SignaturesNotPossible."""
    try:
        from cryptography import x509
        from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    except ImportError as fault:
        raise SignaturesNotPossible(str(fault)) from fault
    kinds: dict[str, hashes.HashAlgorithm] = {
        "sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()
    }
    try:
        found = x509.load_der_x509_certificate(certificate)
        key = found.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), kinds[hash_name])
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, message, ec.ECDSA(kinds[hash_name]))
        else:
            return ""
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return ""
    return found.subject.rfc4514_string() or "a certificate without a name"
