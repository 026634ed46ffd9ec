"""The command itself: finding commands, languages, exit codes, a quiet end."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import Namespace

import pytest

from leadloop.cli import language, main
from leadloop.cli.terminal import Progress, table, width
from leadloop.foundation.errors import Conflict, DataError, UsageError
from leadloop.foundation.messages import msg

pytestmark = pytest.mark.pure

COMMAND = [sys.executable, "-m", "leadloop.cli.main"]


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("LEADLOOP_LANGUAGE", "en")
    monkeypatch.setenv("LANGUAGE", "en")
    yield
    language.activate("en")


def command(*words: str, **options) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LEADLOOP_LANGUAGE": "en", **options.pop("env", {})}
    return subprocess.run(
        [*COMMAND, *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        check=False,
        **options,
    )


def test_help_names_every_command_and_loads_nothing_heavy():
    code = (
        "import sys; from leadloop.cli.main import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted({'django', 'ibis', 'duckdb', 'pyarrow', 'numpy', 'scipy'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.splitlines()[-1] == "[]"
    for name in main.COMMANDS:
        assert f"\n    {name}" in found.stdout


def test_the_pages_load_nothing_heavy_before_somebody_needs_it(tmp_path):
    code = (
        "import sys, django; django.setup()\n"
        "from django.urls import get_resolver; get_resolver()._populate()\n"
        "heavy = {'ibis', 'duckdb', 'pyarrow', 'numpy', 'scipy', 'ninja', 'pydantic', 'phonenumbers'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "leadloop.config.settings",
        "LEADLOOP_DATA": str(tmp_path),
    }
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert found.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", sorted(main.COMMANDS))
def test_every_command_has_help_with_examples(name, capsys):
    with pytest.raises(SystemExit) as ended:
        main.main([name, "--help"])
    assert ended.value.code == 0
    assert "Examples:" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [["nothing"], ["analyze"], ["analyze", "--horizon", "x", "a.csv"], ["--language", "fr"]]
)
def test_wrong_usage_ends_with_2(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main.main(words)
    assert ended.value.code == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [(DataError, 1), (Conflict, 1), (UsageError, 2)],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_an_error_is_said_on_stderr_and_gives_its_code(error, code, monkeypatch, capsys):
    def run(args: Namespace) -> int:
        raise error(msg("Row %(row)s is wrong.", row=7))

    monkeypatch.setattr("leadloop.cli.analyze.run", run)
    assert main.main(["analyze", "a.csv"]) == code
    assert capsys.readouterr() == ("", "leadloop: Row 7 is wrong.\n")


def test_interrupting_is_not_a_traceback(monkeypatch, capsys):
    def run(args: Namespace) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("leadloop.cli.analyze.run", run)
    assert main.main(["analyze", "a.csv"]) == 130
    assert capsys.readouterr().err == "Stopped.\n"


def test_a_reader_that_stops_early_sees_no_error():
    program = subprocess.Popen([*COMMAND, "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert program.stdout
    program.stdout.close()
    assert program.stderr
    assert (program.wait(20), program.stderr.read()) == (0, b"")


@pytest.mark.parametrize(
    ("words", "environment", "expected"),
    [
        (["--language", "zh", "check"], {"LEADLOOP_LANGUAGE": "en"}, "zh-hans"),
        (["check", "--language=en"], {"LEADLOOP_LANGUAGE": "zh"}, "en"),
        (["check"], {"LEADLOOP_LANGUAGE": "zh-hans", "LANG": "en_US.UTF-8"}, "zh-hans"),
        (["check"], {"LANG": "zh_CN.UTF-8"}, "zh-hans"),
        (["check"], {"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        (["manage", "--", "--language", "zh"], {}, "en"),
        ([], {}, "en"),
    ],
)
def test_the_language_is_the_option_then_the_variable_then_the_locale(words, environment, expected):
    assert language.choose(words, environment) == expected


def test_everything_can_be_said_in_chinese():
    found = command("--language", "zh", "analyze", "--help")
    assert found.returncode == 0
    for word in ("用法：", "诊断导出的表格", "选项", "示例："):
        assert word in found.stdout


def test_a_table_lines_up_with_wide_characters():
    text = table(["Channel", "n"], [["官网注册", 500], ["fair", 7]], right={1})
    assert text.splitlines() == ["Channel     n", "────────  ───", "官网注册  500", "fair        7"]
    assert len({width(line) for line in text.splitlines()}) == 1


def test_progress_is_silent_where_nobody_watches(capsys):
    with Progress("Reading") as progress:
        progress.update(10, of=20)
        progress.say("Counting")
    assert capsys.readouterr() == ("", "")
