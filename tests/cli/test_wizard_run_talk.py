"""The way through `wizard run` in this process: real questions with keys from a pipe, or lines from a file."""

from io import StringIO

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from okstra_cli.page import clean, columns_of
from okstra_cli.wizard import machine
from okstra_cli.wizard.answers import State
from okstra_cli.wizard.arguments import arguments_of, command_of
from okstra_cli.wizard.ask import Talk
from okstra_cli.wizard.ask_question import Lines
from okstra_cli.wizard.ask_screen import LEAST, Screen, fitted, wrapped
from okstra_cli.wizard.texts import Texts
from tests.kit.asking import EN, KEYS, a_task, answer, questions, repositories, some_facts, typed, walk

UP, DOWN, LEFT, ESC, ENTER, WIPE = "\x1b[A", "\x1b[B", "\x1b[D", "\x1b", "\r", "\x15"
LOGIN = KEYS[0]


class Drawn(DummyOutput):
    """A screen of 80 by 24 that nobody sees; what is told above the questions is kept."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def get_size(self) -> Size:
        return Size(rows=24, columns=80)

    def write_raw(self, data: str) -> None:
        if data.endswith("\r\n"):
            self.told.append(data.removesuffix("\r\n").replace("\r\n", "\n"))


class Walk:
    """One walk with keys, after which the input ends; `drawn.told` is what was written above the questions."""

    def __init__(self, start: State, texts: Texts = EN) -> None:
        self.start = start
        self.texts = texts
        self.kept: list[State] = []
        self.drawn = Drawn()

    def press(self, *pressed: str) -> State:
        with create_pipe_input() as source:
            source.send_text("".join(pressed))
            source.close()
            screen = Screen(self.texts, colour=False, source=source, drawn=self.drawn)
            return Talk(self.texts, screen, answer, self.kept.append).lead(self.start)

    def stop(self, *pressed: str) -> State:
        """Where the input ended before the wizard did."""
        with pytest.raises(EOFError):
            self.press(*pressed)
        return self.kept[-1] if self.kept else self.start


def start(**changes: object) -> State:
    return State(some_facts(**changes))


def by_lines(state: State, *lines: str) -> tuple[State, str]:
    """The end of a walk line by line, and everything that was written."""
    drawn = StringIO()
    desk = Lines(EN, source=StringIO("".join(f"{line}\n" for line in lines)), drawn=drawn)
    return Talk(EN, desk, answer, lambda _: None).lead(state), drawn.getvalue()


# --- with keys


def test_enter_alone_is_the_default_of_every_question() -> None:
    walked = Walk(start())
    end = walked.press(*[ENTER] * 8)
    assert arguments_of(end) == arguments_of(walk(start(), LOGIN, "implementation", {}, "continue", "start"))
    assert walked.kept[-1] == end
    assert walked.drawn.told == [
        "  Task: shop:web:login – Log in with a passkey",
        "  Task type: implementation",
        "  Which stage, where does it begin, and who does it?",
        "  Stage: auto: stage 2 is next",
        "  base-ref: As planned: main, or what the stage depends on",
        "  Executor: claude",
        "  Defaults: Yes, as usual",
        "  Branch: Continue",
    ]


def test_back_out_of_a_group_takes_the_answer_before_it_back() -> None:
    walked = Walk(start())
    stopped = walked.stop(ENTER, ENTER, "2", ENTER, ESC, LEFT)  # second tab, first tab, before the group
    assert list(stopped.answers) == ["task_pick"]
    assert walked.drawn.told[-1] == "  Taken back: Task type"


def test_back_within_a_group_keeps_what_was_chosen() -> None:
    walked = Walk(start())
    end = walked.press(ENTER, ENTER, "2", ENTER, "2", ENTER, ESC, ESC, *[ENTER] * 6)
    assert (arguments_of(end)["stage"], arguments_of(end)["base-ref"]) == ("3", "release/2")


def test_back_at_the_first_question_stays_there_and_says_so() -> None:
    walked = Walk(start())
    assert walked.stop(ESC, LEFT) == walked.start
    assert walked.drawn.told == ["! There is nothing to go back to."] * 2


def test_an_answer_that_was_taken_back_is_offered_again_until_another_answer_differs() -> None:
    chosen = (ENTER, "2", ENTER)  # the planning, once more
    again = Walk(start()).stop(*chosen, ESC, ENTER)
    assert again.answers["task_type"] == "implementation-planning"
    told = Walk(start())
    other = told.stop(*chosen, ENTER, ESC, ESC, ESC, "3", ENTER, ENTER)  # another task: its own recommendation stands
    assert other.answers["task_type"] != "implementation-planning", told.drawn.told


def test_a_jump_back_offers_what_was_chosen_before() -> None:
    walked = Walk(start())
    end = walked.press(
        ENTER, ENTER, "2", ENTER, ENTER, "2", ENTER, ENTER, ENTER,  # stage 3 by codex, up to the last question
        "2", ENTER, "3", ENTER,  # change the stage
        ENTER, ENTER, "1", ENTER, ENTER, ENTER, ENTER,
    )  # fmt: skip
    assert walked.drawn.told.count("  Stage: 3: Send mail") == 2
    assert (arguments_of(end)["stage"], arguments_of(end)["executor"]) == ("3", "claude")


def test_a_decision_that_was_taken_back_is_made_anew() -> None:
    end = Walk(start()).press(*[ENTER] * 7, "2", ENTER, ESC, ENTER)  # change something, after all not, begin
    assert arguments_of(end)["stage"] == "auto"


def test_marks_that_were_taken_back_are_set_again() -> None:
    state = walk(start(), LOGIN, "implementation-planning", "keep", "no")
    stopped = Walk(state).stop(" ", DOWN, DOWN, " ", ENTER, ESC, ENTER)
    assert stopped.answers["workers_override"] == "codex,gemini,report-writer"


def test_a_letter_that_cannot_stand_is_refused_before_enter_leaves_the_line() -> None:
    stopped = Walk(start()).stop("4", ENTER, "3", ENTER, "a b", ENTER, WIPE, ENTER, "ab", ENTER)
    assert stopped.answers["task_group"] == "ab"


def test_a_roster_needs_a_mark_and_an_analyser() -> None:
    state = walk(start(), LOGIN, "implementation-planning", "keep", "no")
    nobody, writer, gemini_too = (" ", DOWN, " ", DOWN, DOWN, " "), " ", (UP, " ")
    stopped = Walk(state).stop(*nobody, ENTER, writer, ENTER, *gemini_too, ENTER)
    assert stopped.answers["workers_override"] == "gemini,report-writer"


def test_a_pasted_directive_keeps_its_lines() -> None:
    state = walk(start(), LOGIN, "implementation-planning", "keep", "no", "default", {}, {})
    state = State(state.facts, [*state.turns[:-1], {**state.turns[-1], "directive_pick": "direct-input"}])
    walked = Walk(state)
    stopped = walked.stop("\x1b[200~first line\nsecond line\x1b[201~", ENTER)
    assert stopped.answers["directive"] == "first line\nsecond line"
    assert walked.drawn.told == ["  Directive: first line second line"]


# --- line by line


def test_a_tab_that_is_refused_is_asked_again_alone() -> None:
    state = walk(start(), LOGIN, "implementation")
    end, written = by_lines(state, "77", "2", "3", "", "2", "", "")
    assert written.count("Which stage of shop:web:login?") == 2
    assert written.count("Which base-ref") == 1
    assert "! '77' is not one of the options: auto, 3, direct-input.\n\n? Which stage" in written
    assert (arguments_of(end)["stage"], arguments_of(end)["executor"]) == ("3", "gemini")


def test_lines_go_back_with_a_sign_and_take_values_numbers_and_brackets() -> None:
    end, written = by_lines(start(), "<", "1", "<", LOGIN, "implementation-planning", "", "no", "3, 4", *[""] * 7, "")
    assert "! There is nothing to go back to." in written
    assert "  Taken back: Task" in written
    assert "[1,2,4] > " in written
    assert arguments_of(end)["workers-override"] == "gemini,report-writer"


def test_a_number_is_the_place_that_is_shown_even_where_a_stage_has_it() -> None:
    done = [[number, f"part {number}", "done"] for number in (1, 2, 3)]
    task = a_task(type="implementation", next="final-verification", stages=done)
    state = walk(start(recent=[LOGIN], tasks={LOGIN: task}), LOGIN, "final-verification", "keep")
    _, written = by_lines(state, "2", *[""] * 9)
    assert "  2) 3: part 3\n  3) 2: part 2\n" in written
    assert "  Stage: 3: part 3\n" in written


def test_the_end_of_the_lines_is_the_end_of_the_input() -> None:
    with pytest.raises(EOFError):
        by_lines(start(), "1")


# --- both are the machine


def chosen_anyhow(state: State, data: st.DataObject) -> tuple[State, list[str], list[str]]:
    """The end of a walk with any options by steps, the keys that make the same walk, and the lines."""
    keys: list[str] = []
    lines: list[str] = []
    while machine.standing(state) == "asking":
        asked = machine.prompt(state, EN)
        said: dict[str, str] = {}
        for question in questions(asked):
            if question["multi"]:
                said[question["step"]], pressed, line = "default", ENTER, ""
            elif asked["kind"] == "text":
                said[question["step"]] = line = typed(state, question["step"])
                pressed = line + ENTER
            else:
                most = 0 if question["step"] in ("confirm", "branch_confirm") else len(question["options"]) - 1
                at = data.draw(st.integers(0, most))
                said[question["step"]], line = question["options"][at]["value"], str(at + 1)
                pressed = line + ENTER
            keys.append(pressed)
            lines.append(line)
        try:
            state = answer(state, said if "questions" in asked else said[asked["step"]])
        except machine.BadAnswer:
            assume(False)
    return state, keys, lines


QUICK = settings(deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])


@settings(QUICK, max_examples=30)
@given(facts=repositories(), data=st.data())
def test_whatever_is_chosen_lines_give_what_the_steps_give(facts: dict[str, object], data: st.DataObject) -> None:
    end, _, lines = chosen_anyhow(State(facts), data)
    assert_same(by_lines(State(facts), *lines)[0], end)


@settings(QUICK, max_examples=2, phases=[Phase.generate])
@given(facts=repositories(), data=st.data())
def test_whatever_is_chosen_keys_give_what_the_steps_give(facts: dict[str, object], data: st.DataObject) -> None:
    end, keys, _ = chosen_anyhow(State(facts), data)
    assert_same(Walk(State(facts)).press(*keys), end)


def assert_same(found: State, wanted: State) -> None:
    assert arguments_of(found) == arguments_of(wanted)
    assert command_of(arguments_of(found)) == command_of(arguments_of(wanted))


# --- what fits


@given(text=st.text(st.characters(exclude_categories=["C", "M"]), max_size=200), columns=st.integers(1, 90))
def test_text_is_fitted_into_its_columns(text: str, columns: int) -> None:
    text = clean(text)
    room = max(columns, LEAST)
    short = fitted(text, columns)
    assert columns_of(short) <= room
    assert short == text or (columns_of(text) > room and "…" in short)
    assert columns_of(short) >= room - 2 or short == text or "…" in text
    lines = wrapped(text, columns).split("\n")
    assert all(columns_of(line) <= room for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
