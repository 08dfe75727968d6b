"""What code in the sandbox must not be able to do, tried for real: each attempt fails, and the machine is as before."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from scaffolder_validators.sandbox import Limits, Outcome, SandboxUnavailableError, run_in_sandbox, sandbox
from scaffolder_validators.sandbox.bubblewrap import Python
from scaffolder_validators.sandbox.limits import MEBIBYTE

try:
    sandbox()
    WITHOUT = ""
except SandboxUnavailableError as unavailable:
    WITHOUT = str(unavailable)

pytestmark = [
    pytest.mark.skipif(bool(WITHOUT), reason=f"no sandbox on this machine: {WITHOUT}"),
    pytest.mark.xdist_group("sandbox"),  # it counts the processes of all sandboxes on this machine
]

SMALL = Limits(seconds=30, cpu_seconds=20, memory=512 * MEBIBYTE, disk=16 * MEBIBYTE, processes=64)
MARK = "scaffolder-escape-7d1f"

HELPERS = """
import ctypes, errno, json, os, socket, sys, time

libc = ctypes.CDLL(None, use_errno=True)

def refused(action):
    "Give the name of the error that the action ends with, or what it returned."
    try:
        done = action()
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
    return "done" if done is None else done

def called(function, *arguments):
    "Call a function of libc; give the name of the error, or `done`."
    result = getattr(libc, function)(*arguments)
    return "done" if result >= 0 else errno.errorcode[ctypes.get_errno()]
"""


def attempt(code: str, *, project: Path | dict[str, bytes] | None = None, limits: Limits = SMALL) -> Outcome:
    """Run Python code in the sandbox."""
    source = HELPERS + textwrap.dedent(code)
    return run_in_sandbox(
        [str(Python.ours().executable), "-c", source], project=project if project is not None else {}, limits=limits
    )


def said(outcome: Outcome) -> object:
    """Give what the code printed, which is JSON."""
    assert outcome.passed, outcome
    return json.loads(outcome.stdout)


def sandboxed_processes() -> set[int]:
    """Give the processes on this machine that belong to a sandbox."""
    found = set()
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or ())
        if "inside.py" in line or MARK in line:
            found.add(process.pid)
    return found - {os.getpid()}


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """After each attempt there are no processes and no files of it."""
    before, temporary = sandboxed_processes(), tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    yield
    end = time.monotonic() + 30  # what survives sleeps for longer; a busy machine takes its time to end the others
    while (left := sandboxed_processes() - before) and time.monotonic() < end:
        time.sleep(0.05)
    assert not left
    assert not [*temporary.iterdir(), *Path("/tmp").glob(f"*{MARK}*")]


# Network


@contextmanager
def listening(
    family: socket.AddressFamily, address: str | tuple[str, int]
) -> Iterator[tuple[socket.socket, list[object]]]:
    """Serve on this machine; the list tells who came."""
    visitors: list[object] = []
    with socket.socket(family) as server:
        server.bind(address)
        server.listen()
        server.settimeout(0.1)
        stop = threading.Event()

        def accept() -> None:
            while not stop.is_set():
                try:
                    visitors.append(server.accept()[0].close())
                except TimeoutError:
                    continue

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield server, visitors
        finally:
            stop.set()
            thread.join()


def test_no_network() -> None:
    """Not by address, not by name, not over IPv6, and not by asking for a raw or a foreign kind of socket."""
    outcome = attempt("""
        def lookup():
            try:
                return socket.getaddrinfo("example.com", 443)
            except socket.gaierror:
                return "no answer"
        print(json.dumps({
            "tcp": refused(lambda: socket.create_connection(("192.0.2.1", 80), 3)),
            "udp": refused(lambda: socket.socket(type=socket.SOCK_DGRAM).connect(("192.0.2.1", 53))),
            "tcp6": refused(lambda: socket.socket(socket.AF_INET6).connect(("2001:db8::1", 80))),
            "dns": lookup(),
            "raw": refused(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)),
            "packet": refused(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW)),
            "vsock": refused(lambda: socket.socket(40, socket.SOCK_STREAM)),
            "interfaces": [name for _, name in socket.if_nameindex()],
        }))
    """)
    assert said(outcome) == {
        "tcp": "ENETUNREACH",
        "udp": "ENETUNREACH",
        "dns": "no answer",
        "tcp6": "ENETUNREACH",
        "raw": "EPERM",
        "packet": "EAFNOSUPPORT",
        "vsock": "EAFNOSUPPORT",
        "interfaces": ["lo"],
    }


def test_loopback_is_its_own() -> None:
    """A server of this machine is out of reach; one in the sandbox works, because tests need that."""
    with listening(socket.AF_INET, ("127.0.0.1", 0)) as (server, visitors):
        outcome = attempt(f"""
            host = refused(lambda: socket.create_connection(("127.0.0.1", {server.getsockname()[1]}), 3))
            own = socket.create_server(("127.0.0.1", 0))
            inner = socket.create_connection(own.getsockname(), 3)
            print(json.dumps([host, bool(inner)]))
        """)
        assert said(outcome) == ["ECONNREFUSED", True]
        assert visitors == []


def test_unix_sockets_are_out_of_reach(tmp_path: Path) -> None:
    """Those in the file system, and the abstract ones that have no file."""
    path = str(tmp_path / "server")
    with (
        listening(socket.AF_UNIX, path) as (_, by_path),
        listening(socket.AF_UNIX, f"\0{MARK}") as (_, abstract),
    ):
        outcome = attempt(f"""
            def connect(address):
                return lambda: socket.socket(socket.AF_UNIX).connect(address)
            print(json.dumps([refused(connect({path!r})), refused(connect("\\0{MARK}"))]))
        """)
        assert said(outcome) == ["ENOENT", "ECONNREFUSED"]
        assert by_path == abstract == []


# Reading


def test_files_of_the_machine_are_out_of_reach(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(MARK)
    tmp_path.chmod(0o777)
    paths = [
        str(secret),
        "/etc/shadow",
        "/etc/hostname",
        "/etc/machine-id",
        "/var/log",
        "/var/lib",
        "/home",
        "/run",
        "/sys",
    ]
    outcome = attempt(f"""
        from pathlib import Path
        users = Path("/etc/passwd").read_text()
        visible = [path for path in {paths!r} if os.path.exists(path)]
        homes = sorted(os.listdir("/root")) if os.path.exists("/root") else []
        found = [folder for folder in ("/tmp", "/project", "/var/tmp", "/dev/shm") if os.listdir(folder)]
        devices = sorted(os.listdir("/dev"))
        print(json.dumps([users, visible, homes, found, devices]))
    """)
    users, visible, homes, found, devices = said(outcome)  # type: ignore[misc]
    assert users == "sandbox:x:1000:1000::/tmp:/bin/sh\n"
    assert visible == []
    # A Python that stands in a home is shown without anything that stands beside it.
    prefix = Python.ours().prefix
    assert homes == ([prefix.parts[2]] if prefix.is_relative_to("/root") else [])
    assert found == []
    assert not [name for name in devices if name.startswith(("sd", "vd", "nvme", "mem", "kmsg", "fuse", "kvm"))]


def test_other_processes_and_our_variables_are_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    """In its `/proc` are its own processes alone, and what they were started with holds nothing of ours."""
    monkeypatch.setenv("API_KEY", MARK)
    outcome = attempt(f"""
        from pathlib import Path
        pids = [name for name in os.listdir("/proc") if name.isdigit()]
        texts = b"".join(Path("/proc", pid, "environ").read_bytes() for pid in pids)
        parents = Path("/proc/1/environ").read_bytes().decode()
        print(json.dumps([len(pids), {MARK!r}.encode() in texts, parents, sorted(os.environ), os.getppid() < 10]))
    """)
    count, leaked, parents, names, small = said(outcome)  # type: ignore[misc]
    assert count <= 5
    assert not leaked
    assert parents.strip("\0") in {"", "PWD=/"}
    assert set(names) <= {"PATH", "HOME", "TMPDIR", "LANG", "TZ", "NO_COLOR", "PWD", "LC_CTYPE"}
    assert small


def test_open_files_of_ours_are_not_handed_on(tmp_path: Path) -> None:
    """Neither the command nor the processes above it hold a descriptor of a file on this machine."""
    with (tmp_path / "held").open("w+") as held:
        os.set_inheritable(held.fileno(), True)
        outcome = attempt("""
            from pathlib import Path
            places = []
            for pid in (name for name in os.listdir("/proc") if name.isdigit()):
                for descriptor in Path("/proc", pid, "fd").iterdir():
                    try:
                        places.append(os.readlink(descriptor))
                    except FileNotFoundError:
                        pass
            print(json.dumps(places))
        """)
    places = said(outcome)
    assert isinstance(places, list)
    assert all(place.startswith(("pipe:", "anon_inode:", "/dev/null", "/proc/")) for place in places), places


# Writing


def test_nothing_but_the_copy_can_be_written(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "kept.txt").write_text("as it was")
    environment = Path(sys.prefix)
    before = {path: path.stat() for path in (Path("/tmp"), environment, environment / "bin", project)}
    code = f"""
        from pathlib import Path
        places = ["/", "/usr", "/usr/lib", "/usr/local/bin", "/etc", "/dev", "/sandbox", "/proc", "/var", "/venv",
                  {str(Python.ours().prefix)!r}]
        answers = {{place: refused(lambda: Path(place, {MARK!r}).write_text("x")) for place in places}}
        answers["over"] = refused(lambda: Path("/etc/passwd").write_text("root::0:0"))
        answers["inside"] = refused(lambda: Path("/sandbox/inside.py").write_text("x"))
        answers["sysctl"] = refused(lambda: Path("/proc/sys/kernel/core_pattern").write_text("|/x"))
        answers["oom"] = refused(lambda: Path("/proc/sysrq-trigger").write_text("b"))
        Path("kept.txt").write_text("changed")
        Path("/tmp", {MARK!r}).write_text("x")
        print(json.dumps(answers))
    """
    outcome = run_in_sandbox(
        [str(Python.ours().executable), "-c", HELPERS + textwrap.dedent(code)],
        project=project,
        environment=environment,
        limits=SMALL,
    )
    answers = said(outcome)
    assert isinstance(answers, dict)
    assert set(answers.values()) <= {"EROFS", "EACCES", "EPERM", "ENOENT"}, answers
    assert (project / "kept.txt").read_text() == "as it was"
    assert not Path("/tmp", MARK).exists()
    for path, status in before.items():
        if path != Path("/tmp"):
            assert path.stat().st_mtime_ns == status.st_mtime_ns


def test_the_disk_cannot_be_filled() -> None:
    """Every place that can be written to is small, and none of them is a disk."""
    outcome = attempt("""
        answers = {}
        for folder in ("/project", "/tmp", "/dev/shm"):
            def fill():
                for number in range(100):
                    with open(f"{folder}/{number}", "wb") as file:
                        for _ in range(8):
                            file.write(bytes(1 << 20))
            answers[folder] = refused(fill)
        def large():
            with open("/tmp/0", "wb") as file:
                file.truncate(1 << 30)
        answers["one file"] = refused(large)
        print(json.dumps(answers))
    """)
    assert said(outcome) == {"/project": "ENOSPC", "/tmp": "ENOSPC", "/dev/shm": "ENOSPC", "one file": "EFBIG"}


def test_links_that_lead_out_are_not_followed(tmp_path: Path) -> None:
    """Neither when the copy is made nor inside; devices, sockets and pipes stay where they are, and nobody waits."""
    secret = tmp_path / "secret"
    secret.write_text(MARK)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "secret").write_text(MARK)
    project = tmp_path / "project"
    (project / "inner").mkdir(parents=True)
    (project / "inner" / "file").write_text("fine")
    (project / "good").symlink_to("inner/file")
    (project / "absolute").symlink_to(secret)
    (project / "relative").symlink_to("../secret")
    (project / "folder").symlink_to("../folder")
    (project / "inner" / "deep").symlink_to("../../folder")
    os.mkfifo(project / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(project / "socket"))
        outcome = attempt(
            """
            from pathlib import Path
            names = sorted(str(path) for path in Path().rglob("*"))
            print(json.dumps([names, Path("good").read_text()]))
            """,
            project=project,
        )
    assert said(outcome) == [["good", "inner", "inner/file"], "fine"]
    assert outcome.left_out == ("absolute", "folder", "pipe", "relative", "socket", "inner/deep")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file of somebody else")
def test_a_second_name_of_somebody_elses_file_is_left_out(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(MARK)
    secret.chmod(0o600)
    project = tmp_path / "project"
    project.mkdir()
    os.chown(project, 12_345, 12_345)
    os.link(secret, project / "linked")
    os.mknod(project / "device", 0o600 | 0o020000, os.makedev(1, 8))
    outcome = attempt("print(json.dumps(os.listdir()))", project=project)
    assert said(outcome) == []
    assert sorted(outcome.left_out) == ["device", "linked"]


# Using up the machine


def test_a_fork_bomb_ends() -> None:
    outcome = attempt("""
        made = 0
        try:
            while True:
                if os.fork() == 0:
                    time.sleep(60)
                    os._exit(0)
                made += 1
        except OSError as error:
            print(json.dumps([made, errno.errorcode[error.errno]]))
    """)
    made, error = said(outcome)  # type: ignore[misc]
    assert made < SMALL.processes
    assert error == "EAGAIN"


def test_forking_without_end_is_ended() -> None:
    code = """
        while True:
            try:
                os.fork()
            except OSError:
                pass
    """
    outcome = attempt(code, limits=Limits(seconds=3, processes=32, memory=512 * MEBIBYTE))
    assert outcome.reason == "timeout"
    assert outcome.seconds < 15


def test_one_process_cannot_have_4_gb() -> None:
    outcome = attempt("""
        try:
            bytearray(4 << 30)
        except MemoryError:
            print(json.dumps("refused"))
    """)
    assert said(outcome) == "refused"
    assert outcome.peak_memory < SMALL.memory


def test_many_processes_cannot_have_4_gb_together() -> None:
    outcome = attempt("""
        for _ in range(12):
            if os.fork() == 0:
                kept = b"x" * (350 << 20)
                time.sleep(60)
        time.sleep(60)
    """)
    assert outcome.reason == "memory"
    assert outcome.peak_memory < 4096 * MEBIBYTE


def test_memory_that_no_limit_counts_is_refused() -> None:
    """Files in memory and shared segments would belong to no process."""
    outcome = attempt("""
        print(json.dumps([refused(lambda: os.memfd_create("x")), called("shmget", 1, 1 << 30, 0o1600)]))
    """)
    assert said(outcome) == ["EPERM", "EPERM"]


def test_computing_forever_is_ended() -> None:
    outcome = attempt("while True: pass", limits=Limits(seconds=60, cpu_seconds=1))
    assert outcome.reason == "cpu"
    assert outcome.exit_code == -signal.SIGXCPU


def test_sleeping_forever_is_ended() -> None:
    outcome = attempt("print('begun', flush=True); time.sleep(600)", limits=Limits(seconds=2))
    assert outcome.reason == "timeout"
    assert outcome.exit_code is None
    assert outcome.stdout == "begun\n"
    assert outcome.seconds < 10


def test_10_gb_of_output_are_cut() -> None:
    code = """
        part = b"x" * (1 << 20)
        for _ in range(10_240):
            os.write(1, part)
    """
    outcome = attempt(code, limits=Limits(seconds=60, output=8 * MEBIBYTE, kept=1000))
    assert outcome.reason == "output"
    assert len(outcome.stdout) < 1100


def test_what_is_handed_back_is_bounded() -> None:
    outcome = run_in_sandbox(
        ["/bin/sh", "-c", "head -c 5000000 /dev/zero > large; ln -s /dev/zero endless"],
        project={},
        limits=Limits(seconds=30, collected=1000),
        collect=("large", "endless", "missing"),
    )
    assert {name: len(content) for name, content in outcome.files.items()} == {"large": 1000, "endless": 1000}


# The kernel


def test_the_kernel_refuses_what_tests_never_need() -> None:
    """Tracing, mounting, new namespaces, other roots, keys, raw memory, programs for the kernel, io_uring."""
    outcome = attempt("""
        new_user, new_mount = 0x10000000, 0x00020000
        print(json.dumps({
            "ptrace": called("ptrace", 16, 1, 0, 0),
            "mount": called("mount", b"none", b"/tmp", b"tmpfs", 0, None),
            "umount": called("umount2", b"/project", 0),
            "user namespace": called("unshare", new_user),
            "mount namespace": called("unshare", new_mount),
            "clone": called("syscall", 56 if os.uname().machine == "x86_64" else 220, new_user | 17, 0, 0, 0, 0),
            "chroot": refused(lambda: os.chroot("/tmp")),
            "keyctl": called("syscall", 250 if os.uname().machine == "x86_64" else 219, 0, -4, 0),
            "bpf": called("syscall", 321 if os.uname().machine == "x86_64" else 280, 0, 0, 0),
            "io_uring": called("syscall", 425, 1, 0),
            "perf": called("syscall", 298 if os.uname().machine == "x86_64" else 241, 0, 0, -1, -1, 0),
            "setuid": refused(lambda: os.setuid(0)),
            "device": refused(lambda: os.mknod("/tmp/device", 0o20600, os.makedev(1, 1))),
            "hostname": refused(lambda: socket.sethostname("escaped")),
            "clock": refused(lambda: time.clock_settime(time.CLOCK_REALTIME, 0)),
        }))
    """)
    answers = said(outcome)
    assert isinstance(answers, dict)
    # The last level of namespaces is reached, so the kernel says that there is no room for another one.
    assert answers.pop("clone") in {"ENOSPC", "EPERM"}
    assert answers.pop("setuid") == "EINVAL"  # there is no root to become
    assert answers == dict.fromkeys(answers, "EPERM")


def test_a_setuid_program_gives_no_rights(tmp_path: Path) -> None:
    """Those of the machine do nothing, and a copy cannot bring one along."""
    project = tmp_path / "project"
    project.mkdir()
    program = project / "id"
    program.write_bytes(Path("/usr/bin/id").read_bytes())
    program.chmod(0o6755)
    outcome = run_in_sandbox(
        ["/bin/sh", "-c", "stat -c %a id; ./id -u; su -c id root </dev/null; echo $?"], project=project, limits=SMALL
    )
    mode, user, code = outcome.stdout.split()
    assert (mode, user) == ("755", "1000")
    assert code != "0"


def test_other_processes_cannot_be_signalled() -> None:
    """Not by their number, which means another process or none in the sandbox, and not by "all that I may"."""
    with subprocess.Popen(["sleep", "60"]) as bystander:
        outcome = attempt(f"""
            print(json.dumps(refused(lambda: os.kill({bystander.pid}, 9))), flush=True)
            os.kill(-1, 9)
        """)
        assert outcome.stdout in {'"ESRCH"\n', '"EPERM"\n'}
        assert outcome.reason in {"killed", "finished"}
        assert bystander.poll() is None
        bystander.kill()


TERMINAL = """
import fcntl, os, json, sys

def tried(action):
    try:
        return action() and "done"
    except OSError as error:
        return error.errno

answers = [[tried(lambda: fcntl.ioctl(number, 0x5412, b"x")), os.isatty(number)] for number in (0, 1, 2)]
print(json.dumps([*answers, tried(lambda: os.open("/dev/tty", os.O_RDWR))]))
"""

STARTER = f"""
import sys
sys.path[:0] = {[path for path in sys.path if path]!r}
from scaffolder_validators.sandbox import run_in_sandbox
"""


def test_the_terminal_is_out_of_reach() -> None:
    """There is none to type into (TIOCSTI), neither by `/dev/tty` nor by a standard stream."""
    controller, terminal = os.openpty()
    command = [str(Python.ours().executable), "-c", TERMINAL]
    code = f"{STARTER}\nprint(run_in_sandbox({command!r}, project={{}}).stdout)"
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=terminal,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(terminal, termios.TIOCSCTTY, 0),
            check=True,
            timeout=60,
        )
    finally:
        os.close(controller)
        os.close(terminal)
    assert json.loads(done.stdout) == [[errno.EPERM, False]] * 3 + [errno.ENXIO]


# The end


def test_signals_that_we_block_or_ignore_are_not_blocked_inside() -> None:
    """Else a server that is tested would never see that it shall end."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    try:
        outcome = attempt("""
            import signal
            ignored = [number for number in (1, 2, 15) if signal.getsignal(number) == signal.SIG_IGN]
            print(json.dumps([list(signal.pthread_sigmask(signal.SIG_BLOCK, ())), ignored]))
        """)
    finally:
        signal.signal(signal.SIGHUP, before)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
    assert said(outcome) == [[], []]


def test_background_processes_end_with_the_command() -> None:
    outcome = attempt(f"""
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(300)", {MARK!r}])
            os._exit(0)
        time.sleep(0.5)
    """)
    assert outcome.passed
    assert outcome.seconds < 20


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=["ctrl-c", "term", "kill"])
def test_nothing_survives_whoever_started_it(how: signal.Signals) -> None:
    before = sandboxed_processes()
    script = f"sleep 300 & setsid sleep 300; : {MARK}"
    code = f"{STARTER}\nrun_in_sandbox(['/bin/sh', '-c', {script!r}], project={{'a': b'a'}})"
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL) as starter:
        end = time.monotonic() + 30
        while not any(_is_sleeping(pid) for pid in sandboxed_processes() - before - {starter.pid}):
            assert time.monotonic() < end, "it never began"
            time.sleep(0.05)
        starter.send_signal(how)
        starter.wait(timeout=20)
    end = time.monotonic() + 5
    while sandboxed_processes() - before and time.monotonic() < end:
        time.sleep(0.05)
    assert sandboxed_processes() <= before


def _is_sleeping(pid: int) -> bool:
    """Tell whether this is the shell of the test above, with its two children."""
    try:
        process = psutil.Process(pid)
        return process.name() == "sh" and len(process.children()) == 2
    except psutil.NoSuchProcess:
        return False
