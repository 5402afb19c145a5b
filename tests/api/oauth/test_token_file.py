from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import pytest

from tap_gong_stats.api.oauth.token_file import MAX_FILE_BYTES, TokenFile
from tap_gong_stats.api.oauth.tokens import Tokens
from tap_gong_stats.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OLD = Tokens("access-0", "refresh-0", 5.0, "https://api.test", "hash")
NEW = Tokens("access-1", "refresh-1", 9.0, "https://api.test", "hash")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tokens.json"


def store(path: Path, tokens: Tokens) -> None:
    with TokenFile(str(path)).reserve_space() as reservation:
        reservation.store(tokens)


def write(path: Path, content: bytes, mode: int = 0o600) -> None:
    path.write_bytes(content)
    path.chmod(mode)


@contextmanager
def mounted(*arguments: str) -> Iterator[None]:
    """Mount something, or skip the test where that is not allowed."""
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if not (mount and unmount) or subprocess.run([mount, *arguments], check=False).returncode:
        pytest.skip("cannot mount here")
    try:
        yield
    finally:
        subprocess.run([unmount, arguments[-1]], check=True)


def test_read_without_a_file_returns_none(path: Path) -> None:
    assert TokenFile(str(path)).read() is None


def test_read_returns_what_was_stored(path: Path) -> None:
    store(path, OLD)
    store(path, NEW)
    assert TokenFile(str(path)).read() == NEW
    assert path.stat().st_mode & 0o777 == 0o600
    assert [*path.parent.iterdir()] == [path]


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"not JSON", b"\xff", b" " * 2**20])
def test_read_other_content_fails(path: Path, content: bytes) -> None:
    write(path, content)
    with pytest.raises(RunError) as caught:
        TokenFile(str(path)).read()
    assert str(caught.value) == (
        f"oauth_token_file: {path} does not contain this tap's tokens; check the path, or remove "
        "the file, authorize the app again and set its refresh_token"
    )


@pytest.mark.parametrize("kind", ["pipe", "directory"])
def test_read_anything_but_a_file_fails_at_once(path: Path, kind: str) -> None:
    os.mkfifo(path) if kind == "pipe" else path.mkdir()
    with pytest.raises(RunError) as caught:
        TokenFile(str(path)).read()
    assert str(caught.value) == f"oauth_token_file: {path} is not a regular file"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_read_file_that_others_can_read_restricts_it(
    path: Path, mode: int, caplog: pytest.LogCaptureFixture
) -> None:
    write(path, OLD.to_json(), mode)
    for _ in range(2):
        assert TokenFile(str(path)).read() == OLD
        assert path.stat().st_mode & 0o777 == 0o600
    assert caplog.messages == [
        f"oauth_token_file: other users could read {path}; the tap has set its mode to 600"
    ]


def test_read_file_that_cannot_be_restricted_fails(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deny(*_: object) -> NoReturn:
        raise PermissionError

    monkeypatch.setattr(os, "fchmod", deny)
    write(path, OLD.to_json(), 0o644)
    with pytest.raises(RunError) as caught:
        TokenFile(str(path)).read()
    assert str(caught.value) == (
        f"oauth_token_file: other users can read {path}, and its mode cannot be changed; set it "
        "to 600, or use a file of your own"
    )


def test_store_through_a_link_replaces_its_target(path: Path, tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    target = tmp_path / "target" / "file.json"
    path.symlink_to(target)
    for tokens in (OLD, NEW):  # at first, the link points nowhere
        store(path, tokens)
        assert path.is_symlink()
        assert TokenFile(str(path)).read() == TokenFile(str(target)).read() == tokens


def test_lock_through_a_link_is_that_of_its_target(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tap_gong_stats.api.oauth.token_file.LOCK_TIMEOUT", 0.01)
    target = tmp_path / "file.json"
    path.symlink_to(target)
    with (
        TokenFile(str(path)).lock(),
        pytest.raises(RunError) as caught,
        TokenFile(str(target)).lock(),
    ):
        pytest.fail("two processes would refresh")
    assert str(caught.value) == (
        f"oauth_token_file: another process has locked {target}.lock for 0 s; end it and run again"
    )
    with TokenFile(str(target)).lock():
        pass


def test_reserve_space_of_a_link_loop_fails(path: Path) -> None:
    path.symlink_to(path)
    with pytest.raises(RunError, match="oauth_token_file: Too many levels of symbolic links"):
        TokenFile(str(path)).read()


def test_store_does_not_use_a_leftover(path: Path) -> None:
    leftover = path.with_name("tokens.json.new")
    write(leftover, b"", 0o666)
    with leftover.open() as foreign:
        store(path, NEW)
        assert path.stat().st_mode & 0o777 == 0o600
        assert foreign.read() == ""


def test_store_does_not_follow_a_leftover_link(path: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    path.with_name("tokens.json.new").symlink_to(victim)
    store(path, NEW)
    assert victim.read_text() == "precious"
    assert TokenFile(str(path)).read() == NEW
    assert not path.is_symlink()


def test_a_reservation_that_is_not_used_leaves_the_file_as_it_is(path: Path) -> None:
    store(path, OLD)
    with pytest.raises(ZeroDivisionError), TokenFile(str(path)).reserve_space():
        raise ZeroDivisionError
    assert TokenFile(str(path)).read() == OLD
    assert [*path.parent.iterdir()] == [path]


def test_reserve_space_on_a_full_disk_fails(tmp_path: Path) -> None:
    with mounted("-t", "tmpfs", "-o", f"size={MAX_FILE_BYTES * 3}", "tmpfs", str(tmp_path)):
        path = tmp_path / "tokens.json"
        store(path, OLD)
        (tmp_path / "other").write_bytes(b"x" * MAX_FILE_BYTES * 2)
        with pytest.raises(OSError, match="No space left on device"):
            store(path, NEW)
        assert TokenFile(str(path)).read() == OLD
        (tmp_path / "other").unlink()
        store(path, NEW)
        assert TokenFile(str(path)).read() == NEW


def test_store_succeeds_even_if_the_disk_fills_up_after_the_reservation(tmp_path: Path) -> None:
    with mounted("-t", "tmpfs", "-o", f"size={MAX_FILE_BYTES * 3}", "tmpfs", str(tmp_path)):
        path = tmp_path / "tokens.json"
        with TokenFile(str(path)).reserve_space() as reservation:
            with pytest.raises(OSError, match="No space left on device"):
                (tmp_path / "other").write_bytes(b"x" * MAX_FILE_BYTES * 3)
            reservation.store(NEW)
        assert TokenFile(str(path)).read() == NEW


def test_reserve_space_for_a_file_that_cannot_be_replaced_fails(path: Path) -> None:
    write(path, OLD.to_json())
    with (
        mounted("--bind", str(path), str(path)),
        pytest.raises(OSError, match="Device or resource busy"),
        TokenFile(str(path)).reserve_space(),
    ):
        pytest.fail("a token would be requested")
    assert TokenFile(str(path)).read() == OLD
