"""The secret with which erased records are remembered: never in the database, a dump of which then tells nothing."""

import hmac
import os
import secrets
import stat
from pathlib import Path

from commons.errors import CommonsError
from commons.settings import Secret, settings

SHORTEST = 32
"""Characters of a secret that cannot be guessed; `openssl rand -hex 32` gives 64."""
SEPARATOR = b"\x1f"


class ErasureKey:
    """Hashes values so that only who holds the secret can tell what they were. `key_id` names it without telling it."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret
        self.key_id = self.hash("key id")[:16]

    def hash(self, *parts: str) -> str:
        """Return the HMAC-SHA256 of the parts, in hexadecimal; no two lists of parts run together."""
        told = SEPARATOR.join(part.encode().replace(SEPARATOR, b" ") for part in parts)
        return hmac.digest(self._secret.reveal().encode(), told, "sha256").hex()

    def hash_record(self, dataset: str, partner_key: str) -> str:
        """Return by what the ledger and the erased keys know a record."""
        return self.hash("key", dataset, partner_key)


def find_erasure_key() -> ErasureKey | None:
    """Return the key of `COMMONS_ERASURE_KEY` or of the file, None where there is neither."""
    now = settings()
    if now.erasure_key is not None:
        if len(now.erasure_key.reveal()) < SHORTEST:
            raise CommonsError("erasure.key_short", shortest=SHORTEST)
        return ErasureKey(now.erasure_key)
    file = now.erasure_key_file
    try:
        told, mode = file.read_text("ascii").strip(), stat.S_IMODE(file.stat().st_mode)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as failure:
        raise CommonsError("erasure.key_unreadable", file=file) from failure
    if mode & 0o077:
        raise CommonsError("erasure.key_open", file=file)
    if len(told) < SHORTEST:
        raise CommonsError("erasure.key_unreadable", file=file)
    return ErasureKey(Secret(told))


def erasure_key() -> ErasureKey:
    """Return the key, made and written where there is none yet; two that make one at once get the same."""
    found = find_erasure_key()
    if found is not None:
        return found
    file = settings().erasure_key_file
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    write_durably(made, f"{secrets.token_hex(32)}\n".encode())
    try:
        os.link(made, file)
    except FileExistsError:
        pass
    finally:
        made.unlink()
    sync_folder(file.parent)
    found = find_erasure_key()
    assert found is not None  # noqa: S101 - it has just been written
    return found


def write_durably(file: Path, content: bytes) -> None:
    """Write a new file that its owner alone may read, and return once the disk has it."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Return once the disk has the folder's list of files."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
