"""Which repository an address names, and where a pull request from a fork goes."""

from typing import Any

import pytest

from okstra_git.git.forks import Place, find_target, parse_address, parse_repo
from okstra_git.git.remotes import Remote, find_remote
from okstra_git.git.repo import open_repository
from okstra_git.names import BadName
from tests.kit.scenario import World

SHOP = Place("github.com", "shop", "shop")


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/shop/shop.git",
        "https://github.com/shop/shop",
        "https://github.com/shop/shop/",
        "https://token:x@github.com/shop/shop.git",
        "https://www.github.com/shop/shop",
        "http://GitHub.com:80/shop/shop.git",
        "git@github.com:shop/shop.git",
        "github.com:shop/shop",
        "git@github.com:/shop/shop.git",
        "ssh://git@github.com/shop/shop.git",
        "ssh://git@ssh.github.com:443/shop/shop.git",
        "git+ssh://git@github.com/shop/shop",
        "git://github.com/shop/shop.git",
    ],
)
def test_one_repository_has_many_addresses(url: str) -> None:
    assert parse_address(url) == SHOP


@pytest.mark.parametrize(
    "url",
    [
        "/srv/git/shop.git", "../shop.git", "C:\\shop", "file:///srv/shop/shop.git", "https://github.com/shop",
        "https://gitlab.example/group/sub/shop.git", "https://github.com/a;id/shop", "https://github.com/-x/shop",
        "https://github.com/shop/$(id)", "https://github.com/shop/..", "git@-oProxyCommand=x:shop/shop", "",
        "https://github.com/sh op/shop", "https://[::1/shop/shop",
    ],
)  # fmt: skip
def test_what_names_no_repository_of_a_forge_is_not_made_one(url: str) -> None:
    assert parse_address(url) is None


@pytest.mark.parametrize(
    "text", ["shop", "a/b/c/d", "-x/shop", "a;id/shop", "a b/c", "a/..", "", "/", "a/$(id)", "a/b\n"]
)
def test_an_odd_repository_is_refused(text: str) -> None:
    with pytest.raises(BadName):
        parse_repo(text)


def test_a_repository_is_named_as_gh_names_it() -> None:
    assert parse_repo("shop/shop") == parse_repo("https://github.com/shop/shop") == SHOP
    assert parse_repo("ghe.example/shop/shop").text == "ghe.example/shop/shop"
    assert SHOP.text == Place("github-work", "shop", "shop").text == "shop/shop"


@pytest.fixture
def repository(world: World) -> World:
    """`origin` is the shop, `mine` the fork of ada; main follows origin."""
    world.git("remote", "add", "origin", "https://github.com/shop/shop.git")
    world.git("remote", "add", "mine", "git@github.com:ada/shop.git")
    world.git("update-ref", "refs/remotes/origin/main", "main")
    world.git("branch", "-q", "--set-upstream-to", "origin/main", "main")
    return world


def target(world: World, *, remote: str | None = None, base: str = "main", repo: str | None = None) -> Any:
    git = open_repository(world.path)
    push = find_remote(git, remote, base=base, branch="b")
    found = find_target(git, push, base, base.rpartition("/")[2], repo)
    return push.name, found.base, found.repo, found.head("b")


def test_to_the_repository_itself_the_branch_alone_is_named(repository: World) -> None:
    assert target(repository)[-1] == "b"


@pytest.mark.parametrize(
    "settings",
    [
        {"remote.pushDefault": "mine"},
        {"branch.b.pushRemote": "mine"},
        {"branch.b.pushRemote": "mine", "remote.pushDefault": "origin"},
    ],
)
def test_a_push_to_a_fork_names_its_owner_and_the_base(repository: World, settings: dict[str, str]) -> None:
    for key, value in settings.items():
        repository.git("config", key, value)
    assert target(repository) == ("mine", "origin", "shop/shop", "ada:b")


def test_a_remote_that_is_named_on_the_line_counts(repository: World) -> None:
    assert target(repository, remote="mine") == ("mine", "origin", "shop/shop", "ada:b")


def test_one_remote_with_another_push_address(repository: World) -> None:
    repository.git("remote", "remove", "mine")
    repository.git("config", "remote.origin.pushurl", "ssh://git@github.com/ada/shop")
    assert target(repository) == ("origin", "origin", "shop/shop", "ada:b")


def test_addresses_in_short_hand_and_through_a_mirror(repository: World) -> None:
    repository.git("config", "url.https://github.com/.insteadOf", "gh:")
    repository.git("config", "url./srv/mirror/.insteadOf", "https://github.com/shop/")
    repository.git("config", "remote.mine.url", "gh:ada/shop")
    assert target(repository, remote="mine") == ("mine", "origin", "shop/shop", "ada:b")
    repository.git("config", "url.git@github.com:.pushInsteadOf", "https://github.com/")
    assert target(repository)[-1] == "b"


def test_an_alias_of_ssh_is_no_other_host(repository: World) -> None:
    repository.git("config", "remote.mine.url", "git@github-work:ada/shop.git")
    assert target(repository, remote="mine") == ("mine", "origin", "shop/shop", "ada:b")
    repository.git("config", "remote.mine.url", "git@github-work:Shop/Shop.git")
    assert target(repository, remote="mine")[-1] == "b"


def test_a_forge_of_ones_own_keeps_its_host(repository: World) -> None:
    repository.git("config", "remote.origin.url", "https://ghe.example/shop/shop.git")
    repository.git("config", "remote.mine.url", "git@ghe.example:ada/shop.git")
    assert target(repository, remote="mine") == ("mine", "origin", "ghe.example/shop/shop", "ada:b")


def test_a_clone_of_the_fork_with_the_shop_as_upstream(repository: World) -> None:
    repository.git("remote", "rename", "origin", "upstream")
    repository.git("remote", "rename", "mine", "origin")
    assert target(repository, remote="origin") == ("origin", "upstream", "shop/shop", "ada:b")
    repository.git("branch", "-q", "--unset-upstream", "main")
    repository.git("update-ref", "refs/remotes/origin/main", "main")
    assert target(repository) == ("origin", "upstream", "shop/shop", "ada:b")
    assert target(repository, base="upstream/main")[1:] == ("upstream", "shop/shop", "b")


@pytest.mark.parametrize("told", ["base", "shop/shop"])
def test_what_gh_was_told_to_take_comes_first(repository: World, told: str) -> None:
    repository.git("update-ref", "refs/remotes/mine/main", "main")
    repository.git("branch", "-q", "--set-upstream-to", "mine/main", "main")
    assert target(repository)[1:] == ("mine", "ada/shop", "b")
    repository.git("config", "remote.origin.gh-resolved", told)
    assert target(repository) == ("mine", "origin", "shop/shop", "ada:b")


def test_the_word_of_the_user_comes_before_everything(repository: World) -> None:
    assert target(repository, remote="mine", repo="ada/shop") == ("mine", "mine", "ada/shop", "b")
    assert target(repository, repo="else/where") == ("origin", "origin", "else/where", "shop:b")


def test_addresses_that_tell_nothing_change_nothing(repository: World) -> None:
    repository.git("config", "remote.origin.url", "/srv/shop.git")
    repository.git("config", "remote.mine.url", "/srv/ada.git")
    assert target(repository, remote="mine") == ("mine", "origin", None, "b")
    assert Remote("mine", "")
