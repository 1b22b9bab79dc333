"""What a worker leaves when its supervisor is killed: nothing lives on unseen, and no result is lost."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil

from okstra_git.workers.status_file import WorkerStatus
from okstra_git.workers.supervisor import MARK
from tests.workers.desk import BEGIN, END, SESSION, WORD, Bench, lives

TOOL_SHELL = "tool = subprocess.Popen(['sleep', '300'], start_new_session=True)"


def marked_by(mark: str) -> list[int]:
    """The processes that bear the mark of a worker."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
    return found


def begin(bench: Bench, prompt: Path, *words: str) -> WorkerStatus:
    """A worker at work whose program has said a word."""
    bench.start("exec", "--cli", "codex", "--prompt", prompt, "--no-pane", *words)
    return bench.until(prompt, "text")


def kill(pid: int) -> None:
    """End a process of this test by force, and wait until it is gone."""
    os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 10
    while lives([pid]) and time.monotonic() < until:
        time.sleep(0.02)


def test_a_tool_that_outlived_supervisor_and_program_is_seen_and_ended(bench: Bench) -> None:
    bench.program(BEGIN, TOOL_SHELL, WORD, "time.sleep(300)")
    prompt = bench.prompt()
    status = begin(bench, prompt)
    kill(status.supervisor.pid)
    kill(status.program.pid)
    assert len(marked_by(status.mark)) == 1
    seen = bench.run("status", prompt)["workers"][0]
    assert (seen["state"], seen["program"]) == ("running", "alive")
    assert bench.run("stop", prompt)["workers"][0]["reason"] == "vanished"
    assert marked_by(status.mark) == []


def test_a_program_that_answered_after_its_supervisor_was_killed_has_answered(bench: Bench) -> None:
    """Its output went nowhere then, but an end that was heard before is in the log."""
    bench.program(BEGIN, WORD, END, "signal.signal(2, signal.SIG_IGN)", "time.sleep(300)")
    prompt = bench.prompt()
    bench.start("exec", "--cli", "codex", "--prompt", prompt, "--no-pane")
    status = bench.until(prompt, "ended")
    kill(status.supervisor.pid)
    stopped = bench.run("stop", prompt)["workers"][0]
    assert (stopped["status"], stopped["reason"], stopped["session"]) == ("completed", "answered", SESSION)
    assert Path(stopped["answer"]).read_text() == "It said hi."


def test_many_orphans_leave_no_zombie_while_the_worker_goes_on(bench: Bench) -> None:
    orphan = "subprocess.run(['sh', '-c', 'sleep 0.05 &'])"
    bench.program(BEGIN, *[orphan] * 20, "time.sleep(2.5)", WORD, "time.sleep(300)")
    status = begin(bench, bench.prompt())
    children = psutil.Process(status.supervisor.pid).children()
    assert [child.pid for child in children if child.status() == psutil.STATUS_ZOMBIE] == []
    os.kill(status.supervisor.pid, signal.SIGTERM)


def test_nothing_of_a_long_last_word_is_lost(bench: Bench) -> None:
    """The program is gone at once, and what it left behind holds its output open."""
    words = f"print('\\n'.join([{json_of_word()!r}] * 700), flush=True)"
    bench.program(BEGIN, "tool = subprocess.Popen(['sleep', '300'], start_new_session=True)", words, END)
    started = time.monotonic()
    answer = bench.exec(bench.prompt())
    assert (answer["turns"], answer["status"]) == (700, "completed")
    assert time.monotonic() - started < 15


def json_of_word() -> str:
    """The line that says the word, as the program prints it."""
    import json

    text: str = json.loads(WORD.removeprefix("say(").removesuffix(")"))
    return text


def test_a_second_worker_on_a_prompt_is_refused_although_both_start_at_once(bench: Bench) -> None:
    bench.program(BEGIN, "time.sleep(1.5)", WORD, END)
    prompt = bench.prompt()
    both = [bench.start("exec", "--cli", "codex", "--prompt", prompt, "--no-pane") for _ in range(2)]
    outs = [process.communicate(timeout=60)[0] for process in both]
    assert sorted(process.returncode for process in both) == [0, 1]
    assert sum("worker.running" in out for out in outs) == 1


def test_a_forged_status_ends_no_process_of_another(bench: Bench) -> None:
    """A status file is a document: whoever writes one names processes that are not theirs."""
    bench.program(BEGIN, WORD, "time.sleep(300)")
    victim = bench.prompt(1)
    honest = begin(bench, victim)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        bench.prompt(2)
        forged = honest.changed(program=honest.program.__class__(stranger.pid, 0.0), mark="", prompt="prompts/x.md")
        victim.with_name("codex-worker-prompt002.status.json").write_bytes(forged.to_json())
        bench.run("stop", victim.with_name("codex-worker-prompt002.md"), exit=1)
        assert stranger.poll() is None
        assert lives([honest.supervisor.pid, honest.program.pid]) == [honest.supervisor.pid, honest.program.pid]
        stranger.kill()
    bench.run("stop", victim)


def test_a_prompt_that_is_empty_or_elsewhere_is_refused(bench: Bench) -> None:
    empty = bench.world.write("prompts/empty.md", "")
    assert bench.run("exec", "--cli", "codex", "--prompt", empty, exit=1)["error"]["code"] == "worker.bad-prompt"
    assert bench.run("exec", "--cli", "codex", "--prompt", "/etc/hosts", exit=1)["error"]["code"] == "path.outside"
    link = bench.world.path / "prompts/link.md"
    link.symlink_to("/etc/hosts")
    assert bench.run("exec", "--cli", "codex", "--prompt", link, exit=1)["error"]["code"].startswith(
        ("path.", "worker.")
    )
