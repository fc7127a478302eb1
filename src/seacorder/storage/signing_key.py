"""The key with which a recorder signs: made once, at its first start, and readable by its user alone.

`signing.key` in the state folder of this user holds the private part, as 64 hexadecimal digits; `signing.pub` the
public one, as minisign takes it. A key that is there is never replaced: what was signed with it must stay provable.
"""

import secrets
from pathlib import Path

from seacorder.base.ed25519 import KEY_BYTES
from seacorder.base.errors import StorageFailed
from seacorder.model.signature import SigningKey
from seacorder.storage.secret_file import write_secret
from seacorder.storage.whole_file import put

PRIVATE_NAME, PUBLIC_NAME = "signing.key", "signing.pub"
_BRING_BACK = "Bring it back from a copy. Without one, move it away: the next start makes a new key."


def make_key(folder: Path) -> bool:
    """Makes the key if there is none yet; True if it did. Blocks; OSError."""
    path = folder / PRIVATE_NAME
    if path.exists():
        return False
    folder.mkdir(parents=True, exist_ok=True)
    key = SigningKey(secrets.token_bytes(KEY_BYTES))
    put(folder / PUBLIC_NAME, key.public.file)
    write_secret(path, key.seed.hex().encode("ascii") + b"\n")
    return True


def read_key(folder: Path) -> SigningKey:
    """The key. Blocks; StorageFailed when there is none, or it cannot be used."""
    path = folder / PRIVATE_NAME
    try:
        seed = bytes.fromhex(path.read_text("ascii").strip())
    except FileNotFoundError as fault:
        raise StorageFailed(f"There is no {path}.", "The next start of Seacorder makes a new key.") from fault
    except OSError as fault:
        raise StorageFailed(f"{path} cannot be read ({fault.strerror}).", "Only its own user may read it.") from fault
    except ValueError as fault:
        raise StorageFailed(f"{path} is no key.", _BRING_BACK) from fault
    if len(seed) != KEY_BYTES:
        raise StorageFailed(f"{path} is no key.", _BRING_BACK)
    return SigningKey(seed)
