"""Files, found by their content: a store is a port, the folder under the data folder its default."""

import asyncio
import contextlib
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from incubator.config import settings


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A kept file: the SHA-256 of its bytes, which is also its address, and its size."""

    sha256: str
    size_bytes: int


class FileMissing(Exception):
    """There is no file with that hash, or what is there has other bytes: a defect of the store, not of the caller."""


class FileStore(Protocol):
    """What keeps files. The same bytes are kept once; nothing is ever changed."""

    async def put(self, content: bytes) -> StoredFile:
        """Keep bytes; when this returns, they survive a crash."""

    async def get(self, sha256: str) -> bytes:
        """Give bytes back.

        Raises:
            FileMissing: they are not there, or not whole.
        """


@dataclass(frozen=True, slots=True)
class FolderStore:
    """Keeps files in a folder, two levels deep by their hash."""

    folder: Path

    async def put(self, content: bytes) -> StoredFile:
        """Write to a file beside the target, sync, then rename: a reader sees all of it or nothing."""
        sha256 = hashlib.sha256(content).hexdigest()
        await asyncio.to_thread(self._write, sha256, content)
        return StoredFile(sha256, len(content))

    async def get(self, sha256: str) -> bytes:
        """Read a file and check it against its hash.

        Raises:
            FileMissing: it is not there, or not whole.
        """
        try:
            content = await asyncio.to_thread(self._path(sha256).read_bytes)
        except FileNotFoundError as error:
            raise FileMissing(sha256) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise FileMissing(f"{sha256} has other bytes")
        return content

    def _path(self, sha256: str) -> Path:
        if len(sha256) != 64 or not sha256.isalnum():
            raise FileMissing(sha256[:80])
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def _write(self, sha256: str, content: bytes) -> None:
        path = self._path(sha256)
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                Path(name).unlink()
            raise
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def store() -> FileStore:
    """Return the store that the settings name."""
    return FolderStore(settings().data_dir / "files")
