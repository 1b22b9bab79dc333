"""Writes the folder `debian/` of a source package: what it is, how it is built, and how the installed one is tried."""

from collections.abc import Callable
from email.utils import format_datetime

from tests.kit.surroundings import ROOT
from tests.packaging.facts import GENERATED, read_facts
from tests.packaging.homebrew import short_summary

_CONTROL = """\
# {generated}
Source: {name}
Section: vcs
Priority: optional
Maintainer: {maintainer}
Rules-Requires-Root: no
Standards-Version: 4.6.2
Homepage: {homepage}
Build-Depends:
 debhelper-compat (= 13),
 dh-sequence-python3,
 pybuild-plugin-pyproject,
 python3-all (>= {python}),
 python3-hatchling (>= 1.27)

Package: {name}
Architecture: all
Depends:
 git (>= 1:{git}),
{depends},
 ${{misc:Depends}},
 ${{python3:Depends}}
Recommends: gh
Description: {summary}
 Answers, from git objects alone, whether a branch has landed after a squash
 or rebase, whether two versions of it are the same change, and which commits
 were verified already; follows recorded work through rewritten history, and
 coordinates agents that work on the same repository.
"""
_RULES = """\
#!/usr/bin/make -f
# {generated}
export PYBUILD_NAME = {name}
export PYBUILD_DISABLE = test

%:
	dh $@ --buildsystem=pybuild
"""
_CHANGELOG = """\
{name} ({version}-1) unstable; urgency=medium

  * Release {version}; CHANGELOG.md says what is new.

 -- {maintainer}  {date}
"""
_COPYRIGHT = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: {name}
Source: {homepage}

Files: *
Copyright: {holder}
License: Expat

License: Expat
{text}
"""
_TRIAL = """\
# {generated}
Test-Command: git okstra --version
Depends: @
Restrictions: superficial

Tests: landed
Depends: @
Restrictions: allow-stderr
"""
_LANDED = """\
#!/bin/sh
# {generated}
# In a repository that okstra never saw: a branch of its own has landed after a merge, and not before.
set -eu
HOME=$(mktemp -d)
export HOME
cd "$HOME"
git config --global user.name A
git config --global user.email a@example.org
git init -q --initial-branch=main there
cd there
git commit -q --allow-empty -m A
git switch -q -c topic
echo text >file
git add file
git commit -q -m B
if git okstra landed topic --into main; then exit 1; fi
git switch -q main
git merge -q --squash topic
git commit -q -m C
git okstra landed topic --into main
"""


def debian_files() -> dict[str, Callable[[], str]]:
    """Path in `debian/` -> what makes its text."""
    return {
        "control": control,
        "rules": lambda: _fill(_RULES),
        "changelog": changelog,
        "copyright": copyright_page,
        "source/format": lambda: "3.0 (quilt)\n",
        "tests/control": lambda: _fill(_TRIAL),
        "tests/landed": lambda: _fill(_LANDED),
    }


def control() -> str:
    """The packages, and what they need."""
    facts = read_facts()
    names = {facts.debian_names.get(name, f"python3-{name}"): lowest for name, lowest in facts.bounds.items()}
    depends = ",\n".join(f" {name} (>= {lowest})" for name, lowest in sorted(names.items()))
    return _fill(_CONTROL, depends=depends, git=facts.git, python=facts.python, summary=short_summary(facts))


def changelog() -> str:
    """One entry, for the version of now."""
    facts = read_facts()
    return _fill(_CHANGELOG, version=facts.version, date=format_datetime(facts.released))


def copyright_page() -> str:
    """The license, as Debian wants it to stand."""
    _, holder, *lines = (part for part in (ROOT / "LICENSE").read_text().split("\n\n"))
    paragraphs = "\n\n".join(lines).strip().splitlines()
    text = "\n".join(f" {line}" if line else " ." for line in paragraphs)
    return _fill(_COPYRIGHT, holder=holder.removeprefix("Copyright (c) "), text=text)


def _fill(template: str, **values: str) -> str:
    facts = read_facts()
    common = {"name": facts.name, "maintainer": facts.maintainer, "homepage": facts.homepage, "generated": GENERATED}
    return template.format(**common, **values)
