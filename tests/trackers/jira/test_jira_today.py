"""What Jira's documents say today, and did not before: scoped tokens at the gateway, limits by their end."""

import json

import pytest

from chalicelib.desk.errors import Invalid
from chalicelib.ports import Answer, ProviderBusy
from chalicelib.trackers.jira import config as settings
from tests.trackers.peering import Ours

CLOUD = "11223344-a1b2-3b33-c444-def123456789"
CONFIG = {"url": "https://acme.atlassian.net", "project": "ACME"}
NOW = 1_796_000_000_000


class Site:
    """Answers all with one issue, or with what it is told to."""

    def __init__(self, **refused):
        self.asked, self.refused = [], refused

    def send(self, request):
        self.asked.append(request.url)
        if self.refused:
            headers = {name.replace("_", "-"): value for name, value in self.refused.items()}
            return Answer(429, headers, b"{}")
        issue = {"id": "10001", "key": "ACME-1", "fields": {"summary": "x", "status": {"id": "1", "name": "Open"}}}
        return Answer(200, {}, json.dumps(issue).encode())


def there(site, **config):
    ours = Ours("jira", CONFIG | config, email="b@acme.example", token="t")
    return ours.tracker.tickets(ours.install, ours.secrets, site, now=lambda: NOW)


def test_a_token_with_scopes_is_taken_at_the_gateway_and_links_lead_to_the_site():
    site = Site()
    seen = there(site, cloud_id=CLOUD).find("https://acme.atlassian.net/browse/ACME-1")
    assert site.asked[0].startswith(f"https://api.atlassian.com/ex/jira/{CLOUD}/rest/api/3/issue/ACME-1")
    assert seen.url == "https://acme.atlassian.net/browse/ACME-1"


def test_any_other_token_is_taken_at_the_site():
    site = Site()
    there(site).fetch("10001")
    assert site.asked[0].startswith("https://acme.atlassian.net/rest/api/3/issue/10001")


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"url": f"https://api.atlassian.com/ex/jira/{CLOUD}"}, "config.url"),
        ({"cloud_id": "acme"}, "config.cloud_id"),
        ({"cloud_id": f"{CLOUD}/../x"}, "config.cloud_id"),
    ],
)
def test_a_config_that_cannot_be_is_named(config, field):
    with pytest.raises(Invalid) as refused:
        settings.check(CONFIG | config)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x_ratelimit_reset": "2026-11-29T13:07:20Z"}, None),
        ({"retry_after": "7", "x_ratelimit_reset": "2030-01-01T00:00:00Z"}, 7),
        ({"x_ratelimit_reset": "soon"}, 0),
        ({"x_ratelimit_reset": "2020-01-01T00:00Z"}, 1),
    ],
)
def test_a_limit_is_waited_for_as_long_as_it_says(headers, seconds):
    with pytest.raises(ProviderBusy) as busy:
        there(Site(**headers)).fetch("10001")
    from datetime import datetime

    if seconds is None:
        seconds = max(1, int(datetime.fromisoformat("2026-11-29T13:07:20Z").timestamp()) - NOW // 1000)
    assert busy.value.after == seconds
