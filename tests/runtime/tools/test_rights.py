"""Rights: nothing by default, deny beats allow, layers only take away, messages name the flag."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest

from planc_runtime.tools.rights import Grants, Right, denied, host_and_port, rights_of
from planc_schemas.ports import TaskFailure
from tests.support.tooling import grants


def test_nothing_is_allowed_by_default() -> None:
    for right in ("net:example.org:443", "read:.", "write:.", "run:ls", "env:HOME", "secret:KEY", "tool:x"):
        assert not Grants().allows(right)
        assert not Grants(()).allows(right)


@pytest.mark.parametrize(
    ("rule", "right", "allowed"),
    [
        ("example.org", "net:example.org:443", True),
        ("example.org", "net:example.org:8080", True),
        ("example.org:443", "net:example.org:443", True),
        ("example.org:443", "net:example.org:80", False),
        ("example.org:443", "net:example.org", False),
        ("Example.ORG.", "net:example.org:443", True),
        ("example.org", "net:sub.example.org:443", False),
        ("example.org", "net:example.org.evil.test:443", False),
        ("10.0.0.0/8", "net:10.1.2.3:80", True),
        ("10.0.0.0/8", "net:11.1.2.3:80", False),
        ("[::1]:80", "net:[::1]:80", True),
        ("*", "net:anything.test:1", True),
        ("example.org", "net:*", False),
        ("*", "net:*", True),
    ],
)
def test_hosts(rule: str, right: str, allowed: bool) -> None:
    assert grants(net=[rule]).allows(right) is allowed


def test_a_url_as_target_becomes_host_and_port() -> None:
    assert str(Right.parse("net:https://Example.org/path?q=1")) == "net:example.org:443"
    assert grants(net=["example.org"]).allows("net:https://example.org./x")


@pytest.mark.parametrize("url", ["ftp://x.test/", "https://", "http://x.test:0/", "http://x.test:99999/", "x.test"])
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        host_and_port(url)


def test_paths_are_prefixes_of_real_paths(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    given = grants(tmp_path, read=["notes"])
    assert given.allows("read:notes/today.md")
    assert given.allows(f"read:{tmp_path}/notes")
    assert not given.allows("read:notes/../secret.md")
    assert not given.allows("read:notes2/today.md")
    assert not given.allows("write:notes/today.md")


def test_a_link_out_of_a_granted_folder_is_not_granted(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "out").symlink_to("/etc")
    given = grants(tmp_path, read=["notes"])
    assert not given.allows("read:notes/out/passwd")
    error = denied(Right("read", "notes/out/passwd"), "tool `read_file`", given).error
    assert error.code == "R408"
    assert "notes/out/passwd leads to /etc/passwd" in error.message


def test_names_are_exact() -> None:
    given = grants(run=["git"], env=["LANG"], secret=["KEY"], tool=["docs.search"])
    assert given.allows("run:git") and given.allows("env:LANG") and given.allows("tool:docs.search")
    assert not given.allows("run:git2") and not given.allows("run:./git") and not given.allows("secret:KEY2")


def test_deny_beats_allow_and_everything(tmp_path: Path) -> None:
    given = Grants.from_flags(
        {"net": ["example.org"]}, {"net": ["example.org:22"], "read": ["private"]}, everything=True, folder=tmp_path
    )
    assert given.allows("net:example.org:443")
    assert not given.allows("net:example.org:22")
    assert not given.allows("net:*"), "a tool that may go anywhere may go to the denied host"
    assert given.allows("read:public")
    assert not given.allows("read:private/key")
    assert not given.allows("read:."), "the parent contains the denied folder"
    assert "a --deny-net flag forbids it" in denied(Right.parse("net:example.org:22"), "x", given).error.help


def test_a_layer_only_takes_away() -> None:
    whole = grants(net=["a.test", "b.test"])
    part = whole.within(["net:a.test", "net:c.test"])
    assert part.allows("net:a.test:443")
    assert not part.allows("net:b.test:443")
    assert not part.allows("net:c.test:443"), "a sub-plan cannot ask for more than the run has"
    assert not part.and_also(grants(net=["b.test"])).allows("net:a.test:443")
    assert "the run has this right" in denied(Right.parse("net:b.test:443"), "x", part).error.help


@pytest.mark.parametrize(
    ("right", "flag"),
    [
        ("net:https://export.arxiv.org/api", "--allow-net=export.arxiv.org"),
        ("net:x.test:8080", "--allow-net=x.test:8080"),
        ("write:reports/review.md", "--allow-write=reports"),
        ("write:review.md", "--allow-write=."),
        ("run:git", "--allow-run=git"),
        ("net", "--allow-net=*"),
    ],
)
def test_a_refusal_names_the_flag(right: str, flag: str) -> None:
    with pytest.raises(TaskFailure) as caught:
        Grants().require(right, "tool `x`")
    assert caught.value.error.kind == "denied"
    assert caught.value.error.code == "R401"
    assert flag in caught.value.error.help


def test_special_addresses_need_a_grant_of_their_own() -> None:
    inner = ipaddress.ip_address("10.0.0.5")
    loopback = ipaddress.ip_address("127.0.0.1")
    assert not grants(net=["intranet.test", "*"]).allows_address(inner, 80)
    assert grants(net=["10.0.0.5"]).allows_address(inner, 80)
    assert grants(net=["10.0.0.5:80"]).allows_address(inner, 80)
    assert not grants(net=["10.0.0.5:80"]).allows_address(inner, 81)
    assert grants(net=["localhost:8000"]).allows_address(loopback, 8000)
    assert not grants(net=["localhost"]).allows_address(inner, 80)
    assert not Grants.from_flags(deny={"net": ["10.0.0.0/8"]}, everything=True).allows_address(inner, 80)


def test_missing_rights_are_known_before_the_run() -> None:
    given = grants(net=["a.test"], read=["."])
    wanted = ["net:a.test", "net:b.test", "read:*", "write:*"]
    assert [str(right) for right in given.missing(wanted)] == ["net:b.test", "write"]


def test_the_rights_of_a_call_come_from_its_arguments() -> None:
    effects = ("net:{url}", "read:{paths}", "run:{command}", "env:{env}", "secret:{token}", "net:fixed.test")
    arguments = {"url": "https://a.test/x", "paths": ["a", "b"], "command": ["git", "log"], "token": None}
    found = [str(right) for right in rights_of(effects, arguments)]
    assert found == ["net:a.test:443", "read:a", "read:b", "run:git", "net:fixed.test"]


@pytest.mark.parametrize("arguments", [{"url": "file:///etc/passwd"}, {"url": 5}, {"url": ""}, {"url": "a.test"}])
def test_a_target_that_is_none_is_an_error(arguments: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        rights_of(("net:{url}",), arguments)


@pytest.mark.parametrize(("kind", "target"), [("network", "x"), ("net", " ")])
def test_bad_flags_are_refused(kind: str, target: str) -> None:
    with pytest.raises(ValueError, match=f"--allow-{kind}"):
        Grants.from_flags({kind: [target]})


def test_grants_describe_themselves() -> None:
    given = Grants.from_flags({"net": ["a.test"]}, {"run": ["git"]})
    assert given.describe() == ["net:a.test", "deny run:git"]
    assert Grants.from_flags(everything=True).describe() == ["everything"]


def test_what_a_person_grants_when_asked_is_granted(tmp_path: Path) -> None:
    given = Grants.from_flags({"net": ["a.test"]}, {"write": ["secret"]}, folder=tmp_path)
    more = given.and_granted([Right("write", "out.md"), Right("write", "secret/x")])
    assert more.allows("write:out.md") and more.allows("net:a.test")  # paths are the folder's, as with the flag
    assert not given.allows("write:out.md") and not more.allows("write:secret/x")
