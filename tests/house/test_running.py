"""Nothing that is read is run."""

import pytest

from tests.house.running import NAMED_MODULES, code_from_data
from tests.house.sources import Source, product_sources


def test_no_module_runs_what_it_reads() -> None:
    sources = product_sources()
    assert [breach for source in sources for breach in code_from_data(source)] == []
    assert all("import_module" in source.text for source in sources if source.path in NAMED_MODULES)


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "from marshal import loads",
        "def f():\n    import shelve",
        "from jinja2.bccache import Bucket",
        "Environment(bytecode_cache=kept)",
        "eval(text)",
        "run = exec",
        "compile(text, name, 'exec')",
        "builtins.eval(text)",
        "__import__(name)",
        "yaml.load(text, Loader=yaml.UnsafeLoader)",
        "yaml.unsafe_load(text)",
        "importlib.import_module(name)",
        "from importlib import import_module\nimport_module(name)",
        "spec.loader.exec_module(module)",
    ],
)
def test_a_way_to_run_what_is_read_is_found(text: str) -> None:
    assert list(code_from_data(Source("okstra_git/store/log.py", text)))


@pytest.mark.parametrize(
    "text",
    ["import re\nre.compile('x')", "json.loads(text)", "env.compile(text)", "yaml.load(text, Loader=SafeLoader)"],
)
def test_reading_data_is_left_alone(text: str) -> None:
    assert not list(code_from_data(Source("okstra_git/store/log.py", text)))
