"""Who leads a run: agents first, then whoever is not merely passing a command on."""

import pytest

from okstra_git.host.process_facts import ProcessFacts, find_agent, find_lead, is_agent, passes_on, program_of


def chain(*lines: str) -> list[ProcessFacts]:
    """Processes from the nearest to the outermost, each as its command line; pids count down to the outermost, 1."""
    argvs = [tuple(line.split()) for line in lines]
    return [ProcessFacts(len(argvs) - at, 1.0, argv[0], argv) for at, argv in enumerate(argvs)]


def lead(*lines: str) -> str:
    return " ".join(find_lead(chain(*lines)).argv)


OKSTRA = "/usr/bin/python3 /usr/bin/git-okstra run prepare"


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        (("git okstra run prepare", "/bin/bash -c x", "claude", "zsh", "/sbin/init"), "claude"),
        (("bash -lc x", "/opt/codex/codex exec", "node /usr/bin/claude", "systemd"), "/opt/codex/codex exec"),
        (("bash -c x", "node --no-warnings /usr/bin/gemini", "-zsh", "launchd"), "node --no-warnings /usr/bin/gemini"),
        (("sh -c x", "bun /home/a/claude.js -p", "init"), "bun /home/a/claude.js -p"),
        (("git okstra", "bash nightly.sh", "claude", "init"), "claude"),
        (("git okstra", "-zsh", "sshd", "systemd"), "-zsh"),
        (("git okstra", "bash", "init"), "bash"),
        (("git okstra", "bash -i", "init"), "bash -i"),
        (("git okstra", "sh nightly.sh", "cron", "init"), "sh nightly.sh"),
        (("git okstra", "sh -e nightly.sh -c", "cron", "init"), "sh -e nightly.sh -c"),
        (("sh -ec x", "timeout 60 sh -c x", "python3 driver.py", "bash", "init"), "python3 driver.py"),
        (("bash --norc -o pipefail -c x", "env A=1 bash", "xargs okstra", "cron"), "cron"),
        (("make demo", "sudo make demo", "fish --command=x", "fish", "init"), "fish"),
        (("uv run git okstra", "node /usr/bin/npx okstra", "nohup x", "perl drive.pl", "init"), "perl drive.pl"),
        (("git okstra", "sh -c x", "systemd"), "sh -c x"),
        (("git okstra", "bash /dev/fd/3", "bash /dev/fd/3", "python3 tool.py", "init"), "bash /dev/fd/3"),
        (("git okstra",), "git okstra"),
        (("tini -- git okstra",), OKSTRA),
        (("git okstra", "bash"), "bash"),
        (("git okstra", "claude"), "claude"),
    ],
)
def test_the_lead_is(above: tuple[str, ...], expected: str) -> None:
    assert lead(OKSTRA, *above) == expected


def test_a_command_that_nobody_started_leads_itself() -> None:
    assert lead(OKSTRA) == OKSTRA


@pytest.mark.parametrize(
    "line",
    [
        OKSTRA, "okstra status", "git-okstra x", "python -m okstra_cli.entry x", "python3.12 -X dev -m okstra_cli x",
        "/usr/lib/git-core/git okstra", "git-remote-https x", "sh -c x", "/bin/dash -c x", "zsh -ic x", "ksh -c x",
        "fish -c x", "bash +e -c x", "bash --rcfile f -c x", "bash -O extglob -c x", "env -i x", "stdbuf -oL x",
        "setsid x", "nice -n 5 x", "doas x", "time x", "uvx x",
    ],
)  # fmt: skip
def test_passes_a_command_on(line: str) -> None:
    assert passes_on(chain(line)[0])


@pytest.mark.parametrize(
    "line",
    ["bash", "-bash", "bash -l", "bash script.sh", "bash -x script.sh -c", "bash -- -c", "zsh -i", "fish x.fish",
     "python3 driver.py", "python3 -c x", "python3 -m pytest okstra", "node server.js", "sshd", "tmux", "cron"],
)  # fmt: skip
def test_stays(line: str) -> None:
    assert not passes_on(chain(line)[0])


@pytest.mark.parametrize(
    ("line", "program"),
    [
        ("node --import tsx /a/b/gemini.js -y", "gemini"),
        ("python3 -W ignore -m claude.main", "claude"),
        ("python3 -c okstra", "python3"),
        ("node -", "node"),
        ("C.exe x", "C"),
    ],
)
def test_the_program_is_what_an_interpreter_runs(line: str, program: str) -> None:
    assert program_of(chain(line)[0]) == program


def test_an_agent_that_only_its_name_shows_is_an_agent() -> None:
    assert is_agent(ProcessFacts(9, 1.0, "claude"))
    assert is_agent(ProcessFacts(9, 1.0, "claude", ("node", "/lib/cli.js")))
    assert not is_agent(ProcessFacts(9, 1.0, "claudette"))
    assert find_agent(chain("bash", "vim claude.md")) is None


def test_an_agent_may_be_pid_one() -> None:
    assert lead(OKSTRA, "sh -c x", "claude -p").startswith("claude")


def test_a_subshell_leaves_the_lead_to_the_shell_it_was_forked_from() -> None:
    processes = chain(OKSTRA, "bash work.sh", "bash work.sh", "bash work.sh", "bash", "init")
    assert find_lead(processes) == processes[3]
