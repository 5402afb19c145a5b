"""The file that keeps the tokens between runs and shares them among runs."""

from __future__ import annotations

import logging
import os
import stat
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from tap_gong_stats.api.oauth.tokens import Tokens
from tap_gong_stats.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)

OWNER_ONLY = 0o600
OTHER_USERS = 0o077

MAX_FILE_BYTES = 66 * 1024
"""More than the largest token response can yield."""

LOCK_TIMEOUT = 300.0
"""Seconds to wait for another run's refresh, which takes less than five minutes at worst."""

# Windows does not have these flags.
O_NONBLOCK = getattr(os, "O_NONBLOCK", 0)
O_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)


class TokenFile:
    """A file that is replaced in one step and readable by its owner only.

    A symbolic link is followed: its target is what is read, locked and replaced, so that runs
    that name the link and runs that name the target share one file.
    """

    def __init__(self, path: str) -> None:
        self.path = Path(os.path.realpath(path))
        self._new_path = Path(f"{self.path}.new")

    def read(self) -> Tokens | None:
        """Return the tokens; None if there is no file.

        Raises:
            RunError: if the file cannot be read, protected or parsed.
        """
        try:
            content = self._read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RunError(describe_file_error(error)) from None
        try:
            return Tokens.from_json(content)
        except ValueError:
            raise RunError(
                f"oauth_token_file: {self.path} does not contain this tap's tokens; check the "
                "path, or remove the file, authorize the app again and set its refresh_token"
            ) from None

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other runs from refreshing.

        Raises:
            RunError: if another process holds the lock for too long.
            OSError: if the lock file cannot be created.
        """
        from filelock import FileLock, Timeout  # noqa: PLC0415 - slow, and only a refresh needs it

        lock = FileLock(f"{self.path}.lock", timeout=LOCK_TIMEOUT, mode=OWNER_ONLY)
        try:
            acquired = lock.acquire()
        except Timeout:
            raise RunError(
                f"oauth_token_file: another process has locked {self.path}.lock for "
                f"{LOCK_TIMEOUT:.0f} s; end it and run again"
            ) from None
        with acquired:
            yield

    @contextmanager
    def reserve_space(self) -> Iterator[Reservation]:
        """Make sure that new tokens can be stored, before they are requested.

        Raises:
            OSError: if the disk is full, or the file cannot be replaced.
        """
        if current := self.read():
            # A rehearsal: a file that is a mount point, or another user's, cannot be replaced.
            with self._reserve() as reservation:
                reservation.store(current)
        with self._reserve() as reservation:
            yield reservation

    def _read(self) -> bytes:
        # Without O_NONBLOCK, a named pipe would block until somebody writes to it.
        descriptor = os.open(self.path, os.O_RDONLY | O_NONBLOCK)
        try:
            mode = os.fstat(descriptor).st_mode
            if not stat.S_ISREG(mode):
                raise RunError(f"oauth_token_file: {self.path} is not a regular file")
            if os.name == "posix" and mode & OTHER_USERS:
                self._protect(descriptor)
            return os.read(descriptor, MAX_FILE_BYTES)
        finally:
            os.close(descriptor)

    def _protect(self, descriptor: int) -> None:
        try:
            os.fchmod(descriptor, OWNER_ONLY)
        except OSError:
            raise RunError(
                f"oauth_token_file: other users can read {self.path}, and its mode cannot be "
                "changed; set it to 600, or use a file of your own"
            ) from None
        logger.warning(
            "oauth_token_file: other users could read %s; the tap has set its mode to 600",
            self.path,
        )

    @contextmanager
    def _reserve(self) -> Iterator[Reservation]:
        # The lock makes a fixed name safe. A leftover may have any mode, or be a link.
        self._new_path.unlink(missing_ok=True)
        try:
            with open(self._new_path, "xb", opener=_open_for_owner) as file:
                file.write(b" " * MAX_FILE_BYTES)
                file.flush()
                os.fsync(file.fileno())
                yield Reservation(file, self.path)
        finally:
            with suppress(OSError):
                self._new_path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Reservation:
    """Disk space beside the token file, for its next content."""

    file: BinaryIO
    target: Path

    def store(self, tokens: Tokens) -> None:
        """Replace the token file.

        Raises:
            OSError: if that is impossible despite the reservation.
        """
        self.file.seek(0)
        self.file.write(tokens.to_json())
        self.file.truncate()
        os.fsync(self.file.fileno())
        self.file.close()
        Path(self.file.name).replace(self.target)
        _sync_directory(self.target.parent)


def describe_file_error(error: OSError) -> str:
    """Return one line about an error of the token file or its neighbors."""
    where = f": {error.filename}" if error.filename else ""
    return f"oauth_token_file: {error.strerror}{where}"


def _open_for_owner(path: str, flags: int) -> int:
    return os.open(path, flags | O_NOFOLLOW, OWNER_ONLY)


def _sync_directory(path: Path) -> None:
    """Make a replacement survive a power failure, where directories can be synced."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
