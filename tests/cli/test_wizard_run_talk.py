"""The way through `wizard run` without a terminal: real questions with keys from a pipe, or lines from a file."""

import json
import os
from collections.abc import Sequence
from io import StringIO

import pytest
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from okstra_cli.page import columns_of
from okstra_cli.wizard.arguments import arguments_of
from okstra_cli.wizard.ask_lines import Lines
from okstra_cli.wizard.ask_screen import Screen
from okstra_cli.wizard.ask_talk import Talk
from okstra_cli.wizard.ask_width import fitted, wrapped
from okstra_cli.wizard.quick import glance, submit_looking
from okstra_cli.wizard.saved import read_state
from okstra_cli.wizard.state import State
from okstra_cli.wizard.texts import load_texts
from tests.kit.papers import a_brief
from tests.kit.prepared import KEY, prepare, set_up
from tests.kit.scenario import World
from tests.kit.tools import require_module if False else require_tool
