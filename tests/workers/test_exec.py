"""`worker exec`, `status`, `wait` and `stop` with programs that answer, hang, fail, and leave things running."""

import os
import signal
import threading
import time
from pathlib import Path

import psutil
import pytest

from okstra_git.workers.status_file import read_status
from okstra_git.workers.supervisor import MARK
from tests.kit.surroundings import path_without, program_dir
from tests.workers.desk import BEGIN, END, SESSION, WORD, Bench, lives

SECRET = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6"
TOOL_SHELL = "subprocess.Popen(['sleep', '300'], start_new_session=True)"
"""What the shell of an agent's tool is: a process with a session of its own."""


def marked_by(mark: str) -> list[int]:
    """The processes that bear the mark of a worker."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except (psutil.Error, OSError):
            continue
    return found


def test_a_worker_that_answers(bench: Bench) -> None:
    bench.program(BEGIN, WORD, END)
    prompt = bench.prompt()
    answer = bench.exec(prompt)
    assert (answer["status"], answer["reason"], answer["session"]) == ("completed", "answered", SESSION)
    assert answer["usage"][""] == {"fresh": 20, "cached": 10, "written": 0, "output": 7, "thought": 2}
    assert Path(answer["answer"]).read_text() == "It said hi."
    assert Path(answer["log"]).read_text().count("\n") == 3
    status = bench.status(prompt)
    assert status is not None
    assert (status.state, status.exit, status.turns, status.tokens) == ("ended", 0, 1, 37)
    assert lives([status.program.pid]) == []


def test_an_old_answer_is_never_taken_for_a_new_one(bench: Bench) -> None:
    prompt = bench.prompt()
    old = prompt.with_suffix(".answer.md")
    old.write_text("from yesterday")
    bench.program(BEGIN, "sys.exit(1)")
    failed = bench.exec(prompt, exit=1)
    assert failed["error"]["code"] == "worker.failed"
    assert failed["answer"] is None
    assert not old.exists()
    assert [file.read_text() for file in prompt.parent.glob("*.answer-before-*")] == ["from yesterday"]


def test_the_text_of_a_prompt_is_no_argument_and_input_is_closed(bench: Bench) -> None:
    bench.program(
        BEGIN, "assert sys.stdin.read() == ''", "open('argv', 'w').write(json.dumps([sys.argv, dict(os.environ)]))",
        WORD, END,
    )  # fmt: skip
    bench.exec(bench.prompt())
    seen = (bench.world.path / "argv").read_text()
    assert "Say hi" not in seen
    assert "codex-worker-prompt001.md" in seen
    assert "CLAUDECODE" not in seen


def test_a_program_that_is_not_there(bench: Bench) -> None:
    bench.variables["PATH"] = os.pathsep.join((str(program_dir()), path_without("gemini")))
    answer = bench.run("exec", "--cli", "gemini", "--prompt", bench.prompt(), exit=1)
    assert (answer["status"], answer["reason"]) == ("not-run", "not-found")


def test_a_worker_that_hangs_is_ended_in_time_with_its_tools(bench: Bench) -> None:
    bench.program(BEGIN, TOOL_SHELL, "signal.signal(2, signal.SIG_IGN)", "time.sleep(300)")
    prompt = bench.prompt()
    answer = bench.exec(prompt, "--timeout", "1", exit=1)
    assert (answer["status"], answer["reason"]) == ("timeout", "timed-out")
    status = bench.status(prompt)
    assert status is not None
    assert marked_by(status.mark) == []


@pytest.mark.parametrize(("number", "reason"), [(signal.SIGINT, "interrupted"), (signal.SIGTERM, "terminated")])
def test_a_signal_to_the_supervisor_ends_everything(bench: Bench, number: int, reason: str) -> None:
    bench.program(BEGIN, TOOL_SHELL, WORD, "time.sleep(300)")
    prompt = bench.prompt()
    process = bench.start("exec", "--cli", "codex", "--prompt", prompt)
    mark = bench.until(prompt, "text").mark
    os.kill(bench.until(prompt, "text").supervisor.pid, number)
    process.communicate(timeout=30)
    status = bench.status(prompt)
    assert status is not None
    assert (status.state, status.status, status.reason) == ("ended", "error", reason)
    assert marked_by(mark) == []


def test_a_supervisor_that_was_killed_is_noticed_and_what_it_left_is_ended(bench: Bench) -> None:
    bench.program(BEGIN, TOOL_SHELL, WORD, f"print('token={SECRET}', flush=True)", "time.sleep(300)")
    prompt = bench.prompt()
    bench.start("exec", "--cli", "codex", "--prompt", prompt)
    status = bench.until(prompt, "warning")
    os.kill(status.supervisor.pid, signal.SIGKILL)
    time.sleep(0.2)
    seen = bench.run("status", prompt)["workers"][0]
    assert (seen["supervisor"], seen["program"], seen["state"]) == ("dead", "alive", "running")
    assert "worker stop" in seen["next"]
    stopped = bench.run("stop", prompt)["workers"][0]
    assert (stopped["state"], stopped["status"], stopped["reason"]) == ("ended", "error", "vanished")
    assert f"--resume {SESSION}" in stopped["next"]
    assert marked_by(status.mark) == []
    assert SECRET not in stopped["message"]


def test_a_forged_status_ends_nobody(bench: Bench) -> None:
    prompt = bench.prompt()
    bench.program(BEGIN, WORD, END)
    bench.exec(prompt)
    status = bench.status(prompt)
    assert status is not None
    us = psutil.Process()
    facts = status.supervisor.__class__(us.pid, _born(us.pid))
    forged = status.changed(state="running", supervisor=facts, program=facts, ended=None, mark="")
    prompt.with_suffix(".status.json").write_bytes(forged.to_json())
    bench.start("stop", prompt).communicate(timeout=60)
    assert us.is_running()


def _born(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")


def test_a_detached_worker_goes_on_alone_and_is_waited_for(bench: Bench) -> None:
    bench.program(BEGIN, "while not os.path.exists('go'): time.sleep(0.05)", WORD, END)
    prompt = bench.prompt()
    assert bench.exec(prompt, "--detach")["state"] == "running"
    assert bench.run("wait", prompt, "--timeout", "1", exit=2)["running"] == 1
    assert bench.exec(prompt, exit=1)["error"]["code"] == "worker.running"
    bench.world.write("go", "")
    assert bench.run("wait", prompt, "--timeout", "30")["workers"][0]["status"] == "completed"


def test_twenty_workers_at_once_lose_nothing(bench: Bench) -> None:
    """A reader that polls the status files all the time never sees a torn one, and every event is counted."""
    words = [WORD, "time.sleep(0.01)"] * 20
    bench.program(BEGIN, TOOL_SHELL, *words, END)
    prompts = [bench.prompt(number) for number in range(1, 21)]
    torn: list[str] = []
    over = threading.Event()

    def poll() -> None:
        while not over.wait(0.005):
            for file in prompts[0].parent.glob("*.status.json"):
                if read_status(file.read_bytes()) is None:
                    torn.append(file.name)

    reader = threading.Thread(target=poll)
    reader.start()
    processes = [bench.start("exec", "--cli", "codex", "--prompt", prompt) for prompt in prompts]
    ends = [process.communicate(timeout=120) and process.returncode for process in processes]
    over.set()
    reader.join()
    assert ends == [0] * 20
    assert torn == []
    statuses = [bench.status(prompt) for prompt in prompts]
    assert {(each.events, each.turns, each.status) for each in statuses if each} == {(22, 20, "completed")}
    assert [pid for each in statuses if each for pid in marked_by(each.mark)] == []
