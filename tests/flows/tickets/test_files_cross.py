"""Files cross both ways: pictures that lie behind a tracker's login come along as files, files of messages go into
tickets where a tracker takes them; within limits, and only where nobody sees them who should not."""

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.aws.outside import GuardedOutside
from chalicelib.desk.arrivals import File
from chalicelib.desk.files import Attachment
from chalicelib.desk.tickets import Readership
from chalicelib.ports import Answer, ProviderBusy, Request, ref
from tests.fakes import Parley
from tests.peers.sides import SIDES
from tests.trackers.peering import Ours
from tests.tracking import Desk, denied

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
URL, OTHER = "https://tracker.example/files/1/shot.png", "https://elsewhere.example/a.png"
SHOT = File(name="shot.png", type="image/png", content=PNG)


@pytest.fixture
def desk(parley: Parley) -> Desk:
    made = Desk(parley)
    made.cross(policy="tell")
    made.there.kept[URL] = SHOT
    return made


def told(desk: Desk) -> list[tuple[str, list[tuple[str, bytes]]]]:
    """What the customer was told: each text, and its files with their bytes."""
    items = desk.api.get(f"/v1/rooms/{desk.room('acme')}/messages").json["items"]
    found = []
    for item in sorted((each for each in items if each["author"]["kind"] == "agent"), key=lambda each: each["change"]):
        files = [(file["name"], content(desk, file["id"])) for file in item["attachments"]]
        found.append((item["text"], files))
    return found


def content(desk: Desk, file: str) -> bytes:
    workspace = next(key for key in desk.parley.files.content if key.endswith(file)).split("/")[1]
    return desk.parley.files.get(Attachment.key_of(workspace, file))


def test_a_picture_comes_along_once(desk: Desk) -> None:
    desk.raised("acme")
    said = desk.there.say("1", f"@customer Look: ![shot]({URL}) and ![it]({OTHER}), `![x]({URL})`")
    desk.deliver(3)
    text = f"News of “Export”: Look: \\[shot.png\\] and ![it]({OTHER}), `![x]({URL})`"
    assert told(desk) == [(text, [("shot.png", PNG)])]
    desk.there.edit("1", said.id, f"@customer Look again: ![shot]({URL})")
    desk.deliver(3)
    assert [each[0] for each in told(desk)] == ["News of “Export”: Look again: \\[shot.png\\]"]
    assert len(desk.parley.files.content) == 1


@pytest.mark.parametrize("kept", [None, File(name="a", type="image/png", content=b"x" * (10 * 1024 * 1024 + 1))])
def test_what_is_not_there_or_too_large_is_named(desk: Desk, kept: File | None) -> None:
    desk.there.kept[URL] = kept
    desk.raised("acme")
    desk.there.say("1", f"@customer Look: ![shot]({URL})")
    desk.deliver()
    assert told(desk) == [("News of “Export”: Look: \\[shot\\]", [])]


def test_where_everybody_reads_the_tracker_its_link_stays(desk: Desk) -> None:
    desk.there.kept[URL], desk.there.read_by = None, Readership(tickets="strangers")
    desk.cross(public=True)
    desk.raised("acme")
    desk.there.say("1", f"@customer Look: ![shot]({URL})")
    desk.deliver()
    assert told(desk) == [(f"News of “Export”: Look: ![shot]({URL})", [])]


def test_five_of_a_comment_at_most(desk: Desk) -> None:
    urls = [f"https://tracker.example/files/{n}/a.png" for n in range(8)]
    desk.there.kept |= dict.fromkeys(urls, SHOT)
    desk.raised("acme")
    desk.there.say("1", "@customer " + " ".join(f"![p{n}]({url})" for n, url in enumerate(urls)))
    desk.deliver()
    ((text, files),) = told(desk)
    assert len(files) == 5
    assert text.endswith("\\[p5\\] \\[p6\\] \\[p7\\]")


def test_what_cannot_be_had_now_is_waited_for_and_not_for_ever(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.raised("acme")
    asked: list[int] = []

    def away(*_: Any, **__: Any) -> File | None:
        asked.append(1)
        raise ProviderBusy("away")

    monkeypatch.setattr(desk.there, "file", away)
    desk.there.say("1", f"@customer Look: ![shot]({URL})")
    desk.deliver()
    assert told(desk) == []
    for _ in range(8):
        desk.pass_(3600)
    assert told(desk) == [("News of “Export”: Look: \\[shot\\]", [])]
    assert len(asked) == 4


def test_a_draft_names_its_files_and_takes_them_along(desk: Desk) -> None:
    desk.cross(policy="draft")
    desk.raised("acme")
    desk.there.say("1", f"@customer Look: ![shot]({URL})")
    desk.deliver()
    (draft,) = desk.notices()
    assert draft["files"] == ["shot.png"]
    assert desk.api.post(f"/v1/notices/{draft['id']}/approve").status == 200
    desk.settle()
    assert told(desk)[0][1] == [("shot.png", PNG)]


def raised_with_file(desk: Desk, install: str = "", size: int = len(PNG), put_up: bool = True) -> str:
    room, ann = desk.room("acme"), desk.tenant.user("acme", "ann", name="Ann")
    file = ann.post("/v1/attachments", {"name": "tr ace.png", "type": "image/png", "size": size}).json["id"]
    if put_up:
        stored = desk.parley.store.one(ref(Attachment, file))
        assert stored
        desk.parley.files.put(stored.key, PNG, "image/png")
    said = ann.post(f"/v1/rooms/{room}/messages", {"text": "It stops", "attachments": [file]}).json
    body = {"from": said["id"], "tickets": [install or desk.install]}
    issue = desk.api.post(f"/v1/rooms/{room}/issues", body).json["id"]
    desk.settle()
    return str(issue)


def test_files_of_messages_go_into_the_ticket_once(desk: Desk) -> None:
    issue = raised_with_file(desk)
    assert [(file.type, file.content) for file in desk.there.put_up] == [("image/png", PNG)]
    desk.api.post(f"/v1/issues/{issue}/comments", {"text": "More"})
    desk.deliver(3)
    assert len(desk.there.put_up) == 1
    history = desk.api.get(f"/v1/issues/{issue}/history").json["items"]
    assert [each["detail"]["field"] for each in history if each["what"] == "written"] == ["files"]


def test_none_goes_where_strangers_read(desk: Desk) -> None:
    desk.there.read_by = Readership(tickets="strangers")
    desk.api.post(f"/v1/installs/{desk.install}/try")
    issue = raised_with_file(desk)
    desk.patch(issue, public_title="Export")
    desk.settle()
    assert desk.there.tickets_
    assert desk.there.put_up == []


@pytest.mark.parametrize("why", ["never put up", "refused", "too large", "takes none"])
def test_one_that_does_not_go_holds_nothing_up(desk: Desk, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: Any) -> bool:
        raise denied("attachments are switched off")

    if why == "refused":
        monkeypatch.setattr(desk.there, "attach", refuses)
    desk.there.takes_files = why != "takes none"
    size = 11 * 1024 * 1024 if why == "too large" else len(PNG)
    issue = raised_with_file(desk, size=size, put_up=why != "never put up")
    desk.api.post(f"/v1/issues/{issue}/comments", {"text": "More"})
    desk.settle()
    assert [said.text for said in desk.there.said["1"].values()]
    history = desk.api.get(f"/v1/issues/{issue}/history").json["items"]
    assert len([each for each in history if each["what"] == "failed"]) == (0 if why == "takes none" else 1)


# --- as each vendor does it ------------------------------------------------------------------------------------------


@pytest.fixture(params=["jira", "jira data center", "gitlab", "asana"])
def side(request: pytest.FixtureRequest) -> Any:
    kind, _, old = request.param.partition(" ")
    made = SIDES[kind]()
    if old:
        made.peer.cloud, made.credentials = False, {"token": "bot-token"}
        made.config |= {"deployment": "data_center"}
    with made.peer:
        yield made


def test_there_and_back_at_each_vendor(parley: Parley, side: Any) -> None:
    parley.world = replace(parley.world, outside=GuardedOutside(allow_loopback=True))
    desk = Desk(parley)
    side.peer.post = lambda url, headers, body: (200, {})
    body = {"kind": side.kind, "name": "Work", "config": side.config, "credentials": side.credentials}
    install = desk.api.post("/v1/installs", body).json["id"]
    desk.api.post(f"/v1/installs/{install}/try")
    desk.cross(install, policy="tell")
    issue = raised_with_file(desk, install)
    desk.patch(issue, public_title="Export")
    (kept,) = side.peer.files.values()
    assert (kept[1], kept[2]) == ("image/png", PNG)
    there = Ours(side.kind, side.config, **side.credentials).tickets
    ticket = side.tickets()[0][0]
    gid = next(iter(getattr(side.peer, "attached", {"": 1})))
    url = {
        "jira": "attachment:" + "tr%20ace.png",
        "gitlab": f"{side.peer.url}/-/project/14/uploads/{1:032x}/tr%20ace.png",
        "asana": f"https://app.asana.com/app/asana/-/get_asset?asset_id={gid}",
    }[side.kind]
    assert there.keeps(url)
    found = there.file(ticket, "1", url, most=10_000)
    assert found
    assert (found.type, found.content) == ("image/png", PNG)
    assert there.file(ticket, "1", url, most=10) is None
    if side.kind == "gitlab":
        side.peer.redirects = True
        found = there.file(ticket, "1", url, most=10_000)
        assert found
        assert found.content == PNG
        assert there.file("15-1", "1", url, most=10_000) is None
        side.say(ticket, f"@customer Look: ![it](/uploads/{1:032x}/tr%20ace.png){{width=60}}")
        desk.pass_(25 * 3600)
        assert told(desk)[-1] == ("News of “Export”: Look: \\[tr ace.png\\]", [("tr ace.png", PNG)])
        assert all(each["text"] != "" for each in desk.api.get(f"/v1/issues/{issue}/comments").json["items"])
    if side.kind == "asana":
        assert there.file("1400000000000999", "1", url, most=10_000) is None


def test_github_shows_a_picture_where_it_signs_it() -> None:
    asked: list[Request] = []
    signed = "https://private-user-images.githubusercontent.com/1/2-uuid-1.png?jwt=a&b=c"

    class Site:
        def send(self, request: Request) -> Answer:
            asked.append(request)
            if request.url == signed:
                return Answer(200, {"content-type": "image/png"}, PNG)
            html = f'<p><img src="{signed.replace("&", "&amp;")}" alt="x"></p>'
            return Answer(200, {}, json.dumps({"body_html": html}).encode())

    ours = Ours("github", {"repository": "acorn/api"}, token="github_pat_1")
    there = ours.tracker.tickets(ours.install, ours.secrets, Site(), now=lambda: 1)
    url = "https://github.com/user-attachments/assets/uuid-1"
    assert there.keeps(url)
    assert not there.keeps("https://github.com/acorn/api/issues/5")
    assert not there.keeps("https://[::")
    found = there.file("5", "77", url, most=10_000)
    assert found
    assert (found.type, found.content) == ("image/png", PNG)
    assert asked[0].headers["accept"] == "application/vnd.github.html+json"
    assert "authorization" not in asked[1].headers
    assert there.file("5", "77", "https://github.com/user-attachments/files/9/log.txt", most=10_000) is None
    assert there.attach("5", SHOT, "cmt_1") is False


def test_linear_keeps_files_behind_its_token() -> None:
    asked: list[Request] = []
    asset = "https://uploads.linear.app/org/uuid/uuid-2"
    given = {
        "uploadUrl": "https://storage.example/put?sig=1",
        "assetUrl": asset,
        "headers": [{"key": "x-a", "value": "1"}],
    }

    class Site:
        def send(self, request: Request) -> Answer:
            asked.append(request)
            if b"fileUpload" in request.body:
                return Answer(200, {}, json.dumps({"data": {"fileUpload": {"uploadFile": given}}}).encode())
            if request.url.endswith("/graphql"):
                return Answer(200, {}, b'{"data": {"attachmentCreate": {"success": true}}}')
            return Answer(200, {"content-type": "image/png"}, PNG if request.method == "GET" else b"")

    ours = Ours("linear", {"team": "ENG"}, token="lin_api_1")
    there = ours.tracker.tickets(ours.install, ours.secrets, Site(), now=lambda: 1)
    found = there.file("i1", "c1", asset, most=10_000)
    assert found
    assert found.content == PNG
    assert asked[0].headers["authorization"] == "lin_api_1"
    assert there.file("i1", "c1", "https://uploads.linear.app.evil.example/a", most=10_000) is None
    assert there.attach("i1", SHOT, "cmt_1") is True
    put, hung = asked[-2:]
    assert (put.method, put.url, put.body, put.headers["x-a"]) == ("PUT", given["uploadUrl"], PNG, "1")
    assert "authorization" not in put.headers
    assert json.loads(hung.body)["variables"]["input"] == {"issueId": "i1", "title": "shot.png", "url": asset}
