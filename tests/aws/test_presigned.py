"""Presigned addresses name the bucket's own region: others are refused by S3."""

import pytest

from chalicelib.aws import clients
from chalicelib.aws.files import S3Files


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> S3Files:
    fields = {"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    for name, value in fields.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    clients.client.cache_clear()
    clients.session.cache_clear()
    yield S3Files("parley-files-1")
    clients.client.cache_clear()
    clients.session.cache_clear()


def test_an_upload_goes_to_the_buckets_region_with_size_and_type_fixed(files: S3Files) -> None:
    upload = files.upload("files/w/f", "text/plain", 5, now=1_000)
    assert upload.url == "https://parley-files-1.s3.eu-central-1.amazonaws.com/"
    assert upload.fields["Content-Type"] == "text/plain"
    assert "/eu-central-1/s3/" in upload.fields["x-amz-credential"]


def test_a_link_downloads_under_the_files_name(files: S3Files) -> None:
    link = files.link("files/w/f", 'spät "1".txt', "text/plain")
    assert link.startswith("https://parley-files-1.s3.eu-central-1.amazonaws.com/files/w/f?")
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in link
    assert "response-content-disposition=attachment" in link
    assert "UTF-8%27%27sp%25C3%25A4t" in link
