"""The parts of the sandbox that need none: what is copied, what is installed, what results mean, what is said."""

from __future__ import annotations

import json
import os
import struct
import tarfile
import time
from pathlib import Path

import pytest
from scaffolder_validators import Sources, registry, validate
from scaffolder_validators.sandbox import (
    EnvironmentFailedError,
    Limits,
    Outcome,
    ProjectError,
    SandboxUnavailableError,
    bubblewrap,
    environment,
    launch,
    memory_file,
    probe,
    verify,
    watch,
)
from scaffolder_validators.sandbox.junit import read_results
from scaffolder_validators.sandbox.process import Order, _answer
from scaffolder_validators.sandbox.seccomp import filter_program
from scaffolder_validators.sandbox.snapshot import Snapshot, pack_files, pack_folder
from scaffolder_validators.sandbox.supervise import Captured

pytestmark = pytest.mark.xdist_group("sandbox")

PIN = "click==8.3.1 --hash=sha256:" + "0" * 64


def names(snapshot: Snapshot) -> list[str]:
    with snapshot.archive, tarfile.open(fileobj=snapshot.archive) as archive:
        return archive.getnames()


# The copy


def test_the_copy_leaves_out_environments_caches_and_secrets(tmp_path: Path) -> None:
    for name in (
        "app/main.py",
        ".env",
        ".env.example",
        ".git/config",
        "app/__pycache__/x.pyc",
        "own/pyvenv.cfg",
        "own/x",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    assert names(pack_folder(tmp_path, 10_000)) == ["app", ".env.example", "app/main.py"]


def test_scripts_stay_executable_and_setuid_is_lost(tmp_path: Path) -> None:
    (tmp_path / "run.sh").write_text("x")
    (tmp_path / "run.sh").chmod(0o6755)
    snapshot = pack_folder(tmp_path, 1000)
    with snapshot.archive, tarfile.open(fileobj=snapshot.archive) as archive:
        assert archive.getmember("run.sh").mode == 0o755


def test_a_project_that_is_too_large_is_refused(tmp_path: Path) -> None:
    """Before it is read: a file with holes may claim any size."""
    (tmp_path / "small").write_bytes(b"x")
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(ProjectError, match="larger than their copy may be, at the latest with sparse"):
        pack_folder(tmp_path, 10_000_000)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="No such file"):
        pack_folder(tmp_path / "missing", 1000)


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../up", "a/../../up"])
def test_paths_in_memory_must_stay_inside(name: str) -> None:
    with pytest.raises(ProjectError, match="no path inside"):
        pack_files({name: b""})


def test_nobody_can_change_what_the_sandbox_reads() -> None:
    with memory_file.holding("x", b"content") as file:
        with Path(f"/proc/self/fd/{file.fileno()}").open("r+b", buffering=0) as again, pytest.raises(PermissionError):
            again.write(b"other")
        assert file.read() == b"content"


# The environment


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (PIN, 1),
        ("", 0),
        ("# only a remark\n\n", 0),
        (
            "click==8.3.1 \\\n    --hash=sha256:" + "0" * 64 + " \\\n    --hash=sha256:" + "1" * 64 + "\n    # via x\n",
            1,
        ),
        ("uvicorn[standard]==0.1 ; sys_platform == 'win32' and python_version < '3.12' --hash=sha256:" + "a" * 64, 1),
    ],
)
def test_pins_with_hashes_are_requirements(text: str, count: int) -> None:
    assert environment._check(text.encode()) == count


@pytest.mark.parametrize(
    "line",
    [
        "click==8.3.1",
        "click>=8 --hash=sha256:" + "0" * 64,
        "-e .",
        ".",
        "-r other.txt",
        "--index-url http://localhost/simple",
        "--find-links /tmp",
        "click @ http://localhost/click.whl --hash=sha256:" + "0" * 64,
        "./click.whl --hash=sha256:" + "0" * 64,
        PIN + " --global-option=x",
        PIN + "\\\n--pre",
    ],
)
def test_everything_else_is_refused_with_its_line(line: str) -> None:
    with pytest.raises(EnvironmentFailedError, match="line 3 of the requirements"):
        environment._check(f"{PIN}\n# remark\n{line}\n".encode())


def test_requirements_that_are_no_text_are_refused() -> None:
    with pytest.raises(EnvironmentFailedError, match="not UTF-8"):
        environment._check(b"\xff\xfe")


def test_an_environment_is_made_once_and_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It appears whole or not at all; the key is the content."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    notes: list[str] = []
    first = environment.prepare_environment(b"# nothing\n", notes.append)
    again = environment.prepare_environment(b"# nothing\n", notes.append)
    other = environment.prepare_environment(b"# nothing else\n", notes.append)
    assert (first.cached, again.cached) == (False, True)
    assert first.path == again.path != other.path
    assert len(notes) == 2
    assert not [path for path in first.path.parent.iterdir() if path.name.startswith(".")]
    assert (first.path / "bin" / "python").resolve() == bubblewrap.Python.ours().executable


def test_a_failed_install_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for name in ("PIP_NO_INDEX", "UV_NO_INDEX", "UV_OFFLINE"):
        monkeypatch.setenv(name, "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(EnvironmentFailedError, match=r"failed: .*click"):
        environment.prepare_environment(PIN.encode())
    assert list((tmp_path / "scaffolder" / "environments").iterdir()) == []


def test_environments_that_nobody_uses_are_removed(tmp_path: Path) -> None:
    ages = {"old": 31, "used": 29, ".new-killed": 2, ".new-running": 0}
    for name, days in ages.items():
        (tmp_path / name).mkdir()
        then = time.time() - days * 86_400
        os.utime(tmp_path / name, (then, then))
    environment._forget_old(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".new-running", "used"]


def test_scripts_start_with_the_path_in_the_sandbox(tmp_path: Path) -> None:
    script = tmp_path / "bin" / "tool"
    script.parent.mkdir()
    script.write_text(f"#!{tmp_path}/bin/python\nprint()\n")
    script.chmod(0o700)
    environment._settle(tmp_path)
    assert script.read_text() == "#!/venv/bin/python\nprint()\n"
    assert script.stat().st_mode & 0o777 == 0o755


# The sandbox


def filter_answer(program: bytes, architecture: int, number: int, *arguments: int) -> int:
    """Run the filter as the kernel would (classic BPF on `struct seccomp_data`), and give what it returns."""
    padded = (*arguments, *(0,) * (6 - len(arguments)))
    data = struct.pack("=IIQ6Q", number, architecture, 0, *padded)
    steps = [struct.unpack_from("=HBBI", program, place) for place in range(0, len(program), 8)]
    place, value = 0, 0
    while True:
        code, yes, no, operand = steps[place]
        place += 1
        if code == 0x20:
            (value,) = struct.unpack_from("=I", data, operand)
        elif code == 0x06:
            return int(operand)
        else:
            holds = value == operand if code == 0x15 else value >= operand
            place += yes if holds else no


@pytest.mark.parametrize(
    ("number", "arguments", "answer"),
    [
        (0, (), 0x7FFF0000),  # read
        (101, (), 0x50001),  # ptrace
        (319, (), 0x50001),  # memfd_create
        (41, (1,), 0x7FFF0000),  # socket: unix
        (41, (2,), 0x7FFF0000),  # inet
        (41, (16,), 0x7FFF0000),  # netlink
        (41, (40,), 0x50000 | 97),  # vsock
        (16, (0, 0x5412), 0x50001),  # ioctl: TIOCSTI
        (16, (0, 0x1_0000_5412), 0x50001),  # the kernel ignores the upper half
        (16, (0, 0x541C), 0x50001),  # TIOCLINUX
        (16, (0, 0x5401), 0x7FFF0000),  # TCGETS
        (0x40000000 + 101, (), 0x50000 | 38),  # ptrace of x32
    ],
)
def test_the_filter_refuses_what_it_should(number: int, arguments: tuple[int, ...], answer: int) -> None:
    program = filter_program("x86_64")
    assert program is not None
    assert filter_answer(program, 0xC000003E, number, *arguments) == answer


def test_the_filter_kills_other_architectures() -> None:
    program = filter_program("x86_64")
    assert program is not None
    assert filter_answer(program, 0x40000003, 1) == 0x80000000
    arm = filter_program("aarch64")
    assert arm is not None
    assert filter_answer(arm, 0xC00000B7, 117) == 0x50001
    assert filter_answer(arm, 0xC00000B7, 63) == 0x7FFF0000
    assert filter_program("riscv64") is None


def test_what_is_printed_is_kept_at_both_ends() -> None:
    captured = Captured(10)
    for part in (b"abc", b"defgh", b"ijklmnopqrstuvwxyz" * 5, b"12345"):
        captured.add(part)
    assert captured.text() == "abcde\n… 93 bytes are left out …\n12345"
    assert captured.total == 103


def test_little_output_is_kept_whole() -> None:
    captured = Captured(10)
    captured.add(b"abcdefgh")
    assert captured.text() == "abcdefgh"


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"1", b'{"peak": null}', b'{"peak":1,"files":3}', b"\xff", b"[" * 9999]
)
def test_a_forged_answer_is_none(raw: bytes) -> None:
    assert _answer(raw) is None


def test_memory_of_a_process_is_seen() -> None:
    kept = b"x" * 50_000_000
    assert watch.memory_of(os.getpid()) > len(kept)
    assert watch.exact_memory_of(os.getpid()) > len(kept)


def test_names_of_folders_are_replaced_at_the_start_only() -> None:
    folders = {"@python": "/tmp/python"}
    assert launch._resolved("@python/bin/x", folders) == "/tmp/python/bin/x"
    assert launch._resolved("@python", folders) == "/tmp/python"
    assert launch._resolved("x@python/bin", folders) == "x@python/bin"


def test_without_bwrap_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap, "programs", lambda: iter(()))
    with pytest.raises(SandboxUnavailableError, match=r"bwrap not found: pip install 'scaffolder\[validators\]'"):
        probe.sandbox.__wrapped__()


def test_a_bwrap_that_makes_no_sandbox_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that runs the command as it is gets nowhere, because nothing of the sandbox is where it should be."""
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho fake; exit 0\n")
    fake.chmod(0o755)
    tmp_path.chmod(0o755)
    monkeypatch.setattr(bubblewrap, "programs", lambda: iter([bubblewrap.Program(tmp_path, "bwrap")]))
    with pytest.raises(SandboxUnavailableError, match="the sandbox does not start"):
        probe.sandbox.__wrapped__()


def test_a_sandbox_that_does_not_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    said = json.dumps({"the network is out of reach": False, "it has no capabilities": True})
    outcome = Outcome("finished", 0, said, "", 0.1, 0)
    monkeypatch.setattr(bubblewrap, "programs", lambda: iter([bubblewrap.Program(Path("/x"), "bwrap")]))

    def execute(_program: object, order: Order) -> Outcome:
        order.snapshot.archive.close()
        return outcome

    monkeypatch.setattr(probe, "execute", execute)
    with pytest.raises(SandboxUnavailableError, match="does not hold; not true: the network is out of reach"):
        probe.sandbox.__wrapped__()


def test_a_python_in_the_home_itself_is_not_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("sys.base_prefix", str(tmp_path))
    with pytest.raises(SandboxUnavailableError, match="must not see"):
        bubblewrap.Python.ours()


# What the results mean

RESULTS = b"""<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite>
<testcase classname="tests.a" name="test_fine" file="tests/a.py" line="3"/>
<testcase classname="tests.a" name="test_wrong" file="tests/a.py" line="7">
<failure message="assert 1 == 2&#10;more">def test_wrong():
&gt;   assert 1 == 2

tests/a.py:9: AssertionError</failure></testcase>
<testcase classname="tests.a" name="test_elsewhere" file="tests/a.py" line="11">
<failure message="ValueError: no">app/x.py:3: ValueError</failure></testcase>
<testcase classname="" name="tests.b"><error message="collection failure">E   ImportError</error></testcase>
<testcase classname="tests.a" name="test_later" file="tests/a.py" line="20"><skipped message="no"/></testcase>
</testsuite></testsuites>"""


def test_failed_tests_are_findings_at_their_line() -> None:
    results = read_results(RESULTS)
    assert results.counts == {"passed": 1, "failed": 2, "errors": 1, "skipped": 1}
    assert [(one.path, one.line, one.rule, one.message) for one in results.findings] == [
        ("tests/a.py", 9, "tests:failed", "test_wrong: assert 1 == 2"),
        ("tests/a.py", 12, "tests:failed", "test_elsewhere: ValueError: no"),
        ("tests/b.py", 1, "tests:error", "tests.b: collection failure"),
    ]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<testsuites>",
        b"\x00\xff",
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuites>&b;</testsuites>',
    ],
)
def test_results_that_are_none_have_no_findings(raw: bytes) -> None:
    assert read_results(raw).findings == ()


def test_results_cannot_point_out_of_the_project() -> None:
    raw = b'<testcase name="x" file="/etc/passwd.py" line="99999999999"><failure>no</failure></testcase>'
    (finding,) = read_results(raw).findings
    assert (finding.path, finding.line) == ("tests", 1)


@pytest.mark.parametrize(
    ("reason", "code", "said", "rule", "message"),
    [
        ("timeout", None, "", "tests:timeout", "the tests did not end within 900 s"),
        ("memory", None, "", "tests:memory", "the tests need more than 2048 MiB of memory"),
        ("killed", None, "", "tests:killed", "a test killed the process that runs the tests"),
        (
            "finished",
            1,
            "1 passed\nFAIL Required test coverage of 90% not reached.\n3 lines",
            "tests:ended",
            "FAIL Required",
        ),
        ("finished", 3, "", "tests:ended", "exit code 3: no output"),
    ],
)
def test_runs_that_went_wrong_are_findings(reason: str, code: int | None, said: str, rule: str, message: str) -> None:
    outcome = Outcome(reason, code, said, "", 1.0, 0)  # type: ignore[arg-type]
    (finding,) = verify._findings(outcome, read_results(b""), Limits(), Path("/missing"))
    assert finding.rule == rule
    assert message in finding.message


@pytest.mark.parametrize(
    ("code", "error"),
    [(4, "does not understand this: oops"), (5, "there are no tests"), (127, "not among the packages")],
)
def test_what_was_not_run_is_refused(code: int, error: str) -> None:
    with pytest.raises((ProjectError, EnvironmentFailedError), match=error):
        verify._refuse(Outcome("finished", code, "", "x\noops\n", 1.0, 0))


def test_the_validator_says_why_it_cannot_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skipped is never passed."""
    tests = registry.load("tests")
    monkeypatch.setattr(tests, "probe", lambda: registry.load("text").probe())
    (result,) = validate(Sources.of({"app.py": b""}), tier="sandbox", only=["tests"]).results
    assert (result.status, result.reason) == (
        "skipped",
        "there is no requirements-dev.txt, which says what the tests need",
    )
