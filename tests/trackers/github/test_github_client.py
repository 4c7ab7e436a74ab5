"""GitHub's API as it answers when not all is well: limits, redirects, transfers, credentials that are refused."""

import json
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from chalicelib.desk.errors import Invalid
from chalicelib.desk.tickets import TicketDraft
from chalicelib.desk.workspaces import Install
from chalicelib.ports import AddressRefused, Answer, ProviderBusy, ProviderRefused, Unreachable
from chalicelib.trackers.github import access, webhook

NOW = 1_770_000_000_000
API = "https://api.github.com"
ME = {"id": 9, "login": "parley"}


@pytest.fixture(autouse=True)
def nothing_kept():
    access._tokens.clear()
    access._actors.clear()


class Server:
    """Answers by "METHOD path", in turn where there are several; keeps what it was asked."""

    def __init__(self, answers):
        self.answers = {"GET /user": ok(ME)} | answers
        self.asked = []

    def send(self, request):
        assert request.url.startswith(API)
        method, headers, path = request.method, request.headers, request.url.removeprefix(API)
        self.asked.append(
            (
                method,
                path,
                json.loads(request.body) if request.body else None,
                headers["authorization"].removeprefix("Bearer "),
            )
        )
        answer = self.answers.get(f"{method} {path}") or self.answers[f"{method} {urlsplit(path).path}"]
        if isinstance(answer, list):
            answer = answer.pop(0)
        if callable(answer):
            answer = answer(headers)
        if isinstance(answer, Exception):
            raise answer
        return answer


def ok(content, status=200, **headers):
    return Answer(
        status, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps(content).encode()
    )


def no(status, message="", **headers):
    return ok({"message": message}, status, **headers)


def issue(number=5, repository="acorn/api", **more):
    fields = {
        "number": number,
        "repository_url": f"{API}/repos/{repository}",
        "html_url": f"https://github.com/{repository}/issues/{number}",
        "title": "It",
        "state": "open",
        "body": "Text",
        "user": ME,
        "labels": [],
        "updated_at": "2026-02-02T02:40:00Z",
    }
    return fields | more


def github(answers, secrets=None, **config):
    server = Server(answers)
    config = webhook.check({"repository": "acorn/api"} | config)
    install = Install(id="ins_1", workspace="w", kind="github", name="G", created_at=1, config=config)
    secrets = {"token": ["t"]} if secrets is None else secrets
    return webhook.tickets(install, secrets, server, now=lambda: NOW), server


FIVE = "GET /repos/acorn/api/issues/5"


@pytest.mark.parametrize(
    ("answer", "after"),
    [
        (no(429, "Too many", retry_after="7"), 7),
        (no(429, "Too many"), 60),
        (no(403, "You have exceeded a secondary rate limit.", retry_after="30"), 30),
        (no(403, "You have exceeded a secondary rate limit."), 60),
        (no(403, "API rate limit exceeded", x_ratelimit_remaining="0", x_ratelimit_reset=str(NOW // 1000 + 90)), 90),
        (no(403, "Forbidden", x_ratelimit_remaining="0", x_ratelimit_reset=str(NOW // 1000 - 5)), 1),
        (no(403, "Forbidden", x_ratelimit_remaining="0", x_ratelimit_reset="soon"), 60),
        (no(502), 0),
        (no(503, "", retry_after="12"), 12),
        (Unreachable("it did not answer in time"), 0),
        (Answer(200, {}, b"[{"), 0),
    ],
)
def test_what_may_pass_is_busy_for_as_long_as_it_asks(answer, after):
    with pytest.raises(ProviderBusy) as busy:
        github({FIVE: answer})[0].fetch("5")
    assert busy.value.after == after


@pytest.mark.parametrize(
    ("answer", "lost"),
    [
        (no(401, "Bad credentials"), True),
        (no(403, "Resource not accessible by personal access token"), False),
        (no(403, "This installation has been suspended"), True),
        (no(410, "Issues are disabled for this repo"), False),
        (no(422, "Validation Failed"), False),
        (no(451, "Repository access blocked"), False),
        (AddressRefused("10.0.0.1 is private"), False),
    ],
)
def test_what_will_not_pass_is_denied(answer, lost):
    with pytest.raises(ProviderRefused) as denied:
        github({FIVE: answer})[0].fetch("5")
    assert denied.value.lost is lost


def test_a_refusal_says_what_github_says():
    answer = ok({"message": "Validation Failed", "errors": [{"field": "title", "code": "missing_field"}]}, 422)
    with pytest.raises(ProviderRefused, match="Validation Failed; title missing_field"):
        github({"PATCH /repos/acorn/api/issues/5": answer})[0].retitle("5", "")


def test_what_is_not_there_and_what_is_deleted():
    assert github({FIVE: no(404, "Not Found")})[0].fetch("5") is None
    assert github({FIVE: ok(issue(pull_request={}))})[0].fetch("5") is None
    assert github({})[0].fetch("x/../y") is None
    seen = github({FIVE: no(410, "This issue was deleted")})[0].fetch("5")
    assert (seen.id, seen.gone) == ("5", True)


def test_a_transferred_ticket_tells_where_it_went():
    there = f"{API}/repositories/2/issues/4"
    tracker, _ = github(
        {
            FIVE: no(301, "Moved Permanently", location=there),
            "GET /repositories/2/issues/4": ok(issue(4, "acorn/Exports")),
            "GET /repos/acorn/api": ok({"full_name": "acorn/api"}),
        }
    )
    seen = tracker.fetch("5")
    assert (seen.id, seen.key, seen.moved_to) == ("5", "#5", "acorn/exports#4")


def test_one_that_came_back_has_its_number_again():
    tracker, _ = github(
        {
            "GET /repos/acorn/exports/issues/4": no(301, location=f"{API}/repositories/1/issues/5"),
            "GET /repositories/1/issues/5": ok(issue()),
            "GET /repos/acorn/exports": ok({"full_name": "acorn/exports"}),
        }
    )
    assert tracker.fetch("acorn/exports#4").moved_to == "5"


def test_a_renamed_repository_is_the_same():
    tracker, _ = github(
        {
            FIVE: no(301, location=f"{API}/repositories/1/issues/5"),
            "GET /repositories/1/issues/5": ok(issue(5, "acorn/public-api")),
            "GET /repos/acorn/api": ok({"full_name": "acorn/public-api"}),
        }
    )
    seen = tracker.fetch("5")
    assert (seen.id, seen.moved_to) == ("5", "")


@pytest.mark.parametrize("location", ["https://evil.example/issues/5", f"{API}.evil.example/x", "", "/relative"])
def test_no_redirect_leads_a_credential_elsewhere(location):
    with pytest.raises(ProviderRefused, match="another server"):
        github({FIVE: no(301, location=location)})[0].fetch("5")


def test_redirects_have_an_end():
    with pytest.raises(ProviderRefused, match="without an end"):
        github({FIVE: no(301, location=API + FIVE.removeprefix("GET "))})[0].fetch("5")


def test_a_redirect_of_a_write_is_the_same_write():
    tracker, server = github(
        {
            "PATCH /repos/acorn/api/issues/5": no(307, location=f"{API}/repositories/1/issues/5"),
            "PATCH /repositories/1/issues/5": ok(issue(title="New")),
        }
    )
    assert tracker.retitle("5", "New").title == "New"
    assert [asked[:3] for asked in server.asked][-1] == ("PATCH", "/repositories/1/issues/5", {"title": "New"})


def test_comments_are_read_page_by_page():
    def page(*ids):
        return [
            {
                "id": id_,
                "body": "b",
                "user": None,
                "created_at": "2026-02-01T00:00:00Z",
                "updated_at": "2026-02-02T02:40:00Z",
            }
            for id_ in ids
        ]

    path = "/repos/acorn/api/issues/5/comments"
    link = f'<{API}{path}?per_page=30&page=2>; rel="next", <{API}{path}?page=2>; rel="last"'
    tracker, server = github(
        {f"GET {path}": [ok(page(1, 2), link=link), ok(page(3), link=f'<{API}{path}?page=1>; rel="prev"')]}
    )
    found = tracker.comments("5", NOW - 1000)
    assert [(comment.id, comment.author, comment.author_id) for comment in found] == [
        ("1", "ghost", ""),
        ("2", "ghost", ""),
        ("3", "ghost", ""),
    ]
    assert parse_qs(urlsplit(server.asked[0][1]).query)["since"] == ["2026-02-02T02:39:59Z"]


def test_no_page_leads_elsewhere():
    path = "/repos/acorn/api/issues/5/comments"
    tracker, server = github({f"GET {path}": ok([], link='<https://evil.example/x>; rel="next"')})
    assert tracker.comments("5") == []
    assert len(server.asked) == 1


def test_changed_goes_on_from_the_last_one_s_time():
    def at(second):
        return f"2026-02-02T02:40:{second:02}Z"

    first = [issue(n, updated_at=at(n // 10)) for n in range(1, 31)]
    path = "GET /repos/acorn/api/issues"
    tracker, server = github({path: [ok(first), ok([issue(30, updated_at=at(3)), issue(31, pull_request={})])]})
    seen, cursor = tracker.changed(NOW - 5000)
    assert len(seen) == 30
    more, end = tracker.changed(NOW - 5000, cursor)
    assert [ticket.id for ticket in more] == ["30"]
    assert end == ""
    asked = [parse_qs(urlsplit(path).query) for _, path, _, _ in server.asked]
    assert [query["since"] for query in asked] == [["2026-02-02T02:39:54Z"], ["2026-02-02T02:40:02Z"]]
    assert [query["page"] for query in asked] == [["1"], ["1"]]


def test_changed_gets_past_a_page_of_one_second():
    same = [issue(n) for n in range(1, 31)]
    tracker, server = github({"GET /repos/acorn/api/issues": [ok(same), ok([issue(31)])]})
    _, cursor = tracker.changed(NOW)
    seen, end = tracker.changed(NOW, cursor)
    assert ([ticket.id for ticket in seen], end) == (["31"], "")
    assert parse_qs(urlsplit(server.asked[1][1]).query)["page"] == ["2"]


def test_a_search_stays_in_the_repository():
    found = {"items": [issue(1), issue(2, "oak/secret"), issue(3, pull_request={})]}
    tracker, server = github({"GET /search/issues": ok(found)})
    assert [ticket.id for ticket in tracker.search('Export repo:oak/secret OR "is:pr" x', 5)] == ["1"]
    [query] = parse_qs(urlsplit(server.asked[0][1]).query)["q"]
    assert query == 'export "repo:oak/secret" or "is:pr" x repo:acorn/api is:issue'
    assert tracker.search("  ") == []
    assert tracker.search("x" * 300) == []


@pytest.mark.parametrize("mark_by", [ME, {"id": 1, "login": "somebody"}])
def test_a_lost_answer_makes_no_second_issue_and_a_copied_mark_hides_none(mark_by):
    there = issue(7, body="Text\n\n<!-- parley:iss_1 -->", user=mark_by)
    tracker, server = github(
        {"GET /repos/acorn/api/issues": ok([there]), "POST /repos/acorn/api/issues": ok(issue(8), 201)}
    )
    made = tracker.create(TicketDraft(title="T" * 300, text="Text", mark="iss_1", link="https://p.example/i"))
    ours = mark_by is ME
    assert made.id == ("7" if ours else "8")
    posts = [body for method, _, body, _ in server.asked if method == "POST"]
    assert len(posts) == (0 if ours else 1)
    for body in posts:
        assert len(body["title"]) == 256
        assert "(https://p.example/i)" in body["body"]
        assert "<!-- parley:iss_1 -->" in body["body"]


def test_closing_for_a_reason_that_the_server_does_not_know_is_denied():
    answer = ok(issue(state="closed", state_reason="completed"))
    with pytest.raises(ProviderRefused, match="left it Closed as completed"):
        github({"PATCH /repos/acorn/api/issues/5": answer})[0].move("5", "duplicate")


def test_the_webhook_cannot_always_be_made():
    with pytest.raises(ProviderRefused, match="set one up by hand"):
        github({"GET /repos/acorn/api/hooks": no(404, "Not Found")})[0].register("https://p.example/in", "s")


def test_what_is_missing_is_said():
    fields = {"full_name": "acorn/public-api", "has_issues": False, "archived": True, "permissions": {"pull": True}}
    probe = github({"GET /repos/acorn/api": ok(fields)})[0].probe()
    assert (probe.account, probe.actor, len(probe.missing)) == ("parley", "9", 4)
    probe = github({"GET /repos/acorn/api": no(404, "Not Found")})[0].probe()
    assert probe.missing == ("there is no acorn/api for this account",)


def test_the_credential_before_the_last_is_tried_too():
    def by(headers):
        return ok(issue()) if headers["authorization"] == "Bearer old" else no(401, "Bad credentials")

    tracker, server = github(
        {FIVE: by, "GET /user": lambda headers: no(401) if "new" in str(headers) else ok(ME)}, {"token": ["new", "old"]}
    )
    assert tracker.fetch("5").id == "5"
    assert [asked[3] for asked in server.asked][:2] == ["new", "old"]


@pytest.mark.parametrize(("secrets", "config"), [({}, {}), ({"token": [""]}, {}), ({"token": ["t"]}, {"app_id": "1"})])
def test_no_credential_no_request(secrets, config):
    tracker, server = github({}, secrets, **config)
    with pytest.raises(ProviderRefused) as denied:
        tracker.fetch("5")
    assert denied.value.lost
    assert server.asked == []


@pytest.fixture(scope="module")
def key():
    made = rsa.generate_private_key(65537, 2048)
    pem = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return pem.decode(), made.public_key()


INSTALLED = "GET /repos/acorn/api/installation"
MINT = "POST /app/installations/51/access_tokens"


def app(answers, key):
    fields = {INSTALLED: ok({"id": 51}), MINT: ok({"token": "ghs_1", "expires_at": "2026-02-02T03:40:00Z"}, 201)}
    return github(fields | answers, {"private_key": [key[0]]}, app_id="880001")


def test_an_app_gets_a_token_for_its_installation_and_keeps_it(key):
    fields = {FIVE: ok(issue(user=None))}
    tracker, server = app(fields, key)
    tracker.fetch("5")
    app(fields, key)[0].fetch("5")
    paths = [path for _, path, _, _ in server.asked]
    assert paths == [INSTALLED.removeprefix("GET "), MINT.removeprefix("POST "), FIVE.removeprefix("GET ")]
    proof = server.asked[0][3]
    claims = jwt.decode(proof, key[1], algorithms=["RS256"], options={"verify_exp": False, "verify_iat": False})
    assert claims == {"iat": NOW // 1000 - 60, "exp": NOW // 1000 + 540, "iss": "880001"}
    assert server.asked[2][3] == "ghs_1"


def test_a_kept_token_that_is_refused_is_replaced(key):
    access._tokens.clear()
    app({FIVE: ok(issue(user=None))}, key)[0].fetch("5")
    fresh = ok({"token": "ghs_2", "expires_at": "2026-02-02T03:40:00Z"}, 201)
    tracker, server = app({FIVE: [no(401, "Bad credentials"), ok(issue(user=None))], MINT: fresh}, key)
    assert tracker.fetch("5").id == "5"
    assert [asked[3] for asked in server.asked if asked[1].endswith("/5")] == ["ghs_1", "ghs_2"]


def test_a_token_near_its_end_is_not_used(key):
    ending = ok({"token": "ghs_1", "expires_at": "2026-02-02T02:44:00Z"}, 201)
    app({FIVE: ok(issue(user=None)), MINT: ending}, key)[0].fetch("5")
    tracker, server = app({FIVE: ok(issue(user=None))}, key)
    tracker.fetch("5")
    assert len(server.asked) == 3


def test_an_app_that_is_not_installed_is_lost(key):
    with pytest.raises(ProviderRefused, match="not installed in acorn/api") as denied:
        app({INSTALLED: no(404, "Not Found")}, key)[0].fetch("5")
    assert denied.value.lost


def test_a_key_that_is_none_is_told():
    tracker, _ = github({}, {"private_key": ["-----BEGIN"]}, app_id="1")
    with pytest.raises(ProviderRefused, match="private_key"):
        tracker.fetch("5")


def test_an_app_s_rights_are_read(key):
    answers = {
        "GET /app": ok({"slug": "parley-acorn"}),
        "GET /users/parley-acorn%5Bbot%5D": ok({"id": 77, "login": "parley-acorn[bot]"}),
        "GET /repos/acorn/api": ok({"full_name": "acorn/api"}),
        INSTALLED: ok({"id": 51, "permissions": {"issues": "read"}}),
    }
    probe = app(answers, key)[0].probe()
    assert (probe.account, probe.actor) == ("parley-acorn[bot]", "77")
    assert probe.missing == ("the App needs the permission Issues: read and write",)


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("5", True),
        ("#5", True),
        ("gh-5", True),
        (" Acorn/API#5 ", True),
        ("https://github.com/acorn/api/issues/5", True),
        ("https://github.com/acorn/api/issues/5#issuecomment-1", True),
        ("https://github.com/acorn/api/issues/5?x=1", True),
        ("https://github.com/acorn/api/pull/5", False),
        ("https://github.com/oak/api/issues/5", False),
        ("https://evil.example/acorn/api/issues/5", False),
        ("oak/api#5", False),
        ("https://[", False),
        ("five", False),
    ],
)
def test_what_people_paste(reference, found):
    tracker, server = github({FIVE: ok(issue())})
    assert bool(tracker.find(reference)) is found
    assert bool(server.asked) is found


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "repository"),
        ({"repository": "api"}, "repository"),
        ({"repository": "a/b/c"}, "repository"),
        ({"repository": "a/b", "api_url": "ftp://x"}, "api_url"),
        ({"repository": "a/b", "api_url": "http://ghe.example/api/v3"}, "api_url"),
        ({"repository": "a/b", "app_id": "x y"}, "app_id"),
        ({"repository": "a/b", "in_progress_label": "x" * 51}, "in_progress_label"),
    ],
)
def test_a_config_that_cannot_be_is_refused(config, field):
    with pytest.raises(Invalid) as refused:
        webhook.check(config)
    assert refused.value.field == f"config.{field}"
