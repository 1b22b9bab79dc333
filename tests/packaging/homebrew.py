"""Writes the Homebrew formula; a release fills in where the archives are, and their checksums."""

from tests.packaging.facts import GENERATED, Facts, read_facts

_SUMMARY_WIDTH = 80
_FROM_HOMEBREW = {"cffi": "cffi", "pycparser": "pycparser"}
"""Packages that Homebrew has as formulas of its own."""
_FORMULA = """\
# {generated}
# A release puts the place of the archive and its checksum in the stead of RELEASE and the zeros, then
# runs `brew update-python-resources {name}`, which does the same for the resources.
class {classname} < Formula
  include Language::Python::Virtualenv

  desc "{summary}"
  homepage "{homepage}"
  url "RELEASE/{archive}-{version}.tar.gz"
  sha256 "{zeros}"
  license "{license}"

  depends_on "rust" => :build # for pydantic-core
{depends}
  depends_on "git"
  depends_on "libgit2"
  depends_on "libyaml"
  depends_on "python@3.13"

{resources}

  def install
    virtualenv_install_with_resources
    man1.install "docs/man/{name}.1"
  end

  test do
    assert_match version.to_s, shell_output("#{{bin}}/{name} --version")
    system "git", "init", "--initial-branch=main", "there"
    system "git", "-C", "there", "-c", "user.name=A", "-c", "user.email=a@example.org",
           "commit", "--allow-empty", "--message=A"
    assert_match "landed", shell_output("#{{bin}}/{name} -C there landed HEAD --into main --text")
  end
end
"""
_RESOURCE = """\
  resource "{name}" do
    url "RELEASE/{name}-{version}.tar.gz"
    sha256 "{zeros}"
  end"""
_ZEROS = "0" * 64


def formula() -> str:
    """`git-okstra.rb`."""
    facts = read_facts()
    resources = [
        _RESOURCE.format(name=name, version=version, zeros=_ZEROS)
        for name, version in facts.pins.items()
        if name not in _FROM_HOMEBREW
    ]
    return _FORMULA.format(
        generated=GENERATED,
        name=facts.name,
        classname="".join(word.capitalize() for word in facts.name.split("-")),
        summary=short_summary(facts),
        homepage=facts.homepage,
        archive=facts.name.replace("-", "_"),
        version=facts.version,
        license=facts.license,
        zeros=_ZEROS,
        depends="\n".join(f'  depends_on "{name}"' for name in sorted(set(_FROM_HOMEBREW.values()))),
        resources="\n\n".join(resources),
    )


def short_summary(facts: Facts) -> str:
    """The first part of the summary, which has to be short and is not a sentence."""
    summary = facts.summary.partition(",")[0]
    assert len(summary) < _SUMMARY_WIDTH, "the first part of the description in pyproject.toml is too long for brew"
    return summary
