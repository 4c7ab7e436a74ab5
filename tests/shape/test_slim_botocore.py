"""botocore as it ships is slimmer, and asks the same of AWS."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

from infra.build import Package

# Every request that a botocore would send, told instead of sent.
REQUESTS = """
import json, sys
sys.path[:0] = sys.argv[1:]
from botocore.config import Config
from botocore.session import get_session

class Told(Exception):
    pass

def tell(request, **_):
    scope = str(request.headers.get("Authorization")).split(", Sig")[0].split("/", 2)[2:]
    told.append([request.method, request.url, scope])
    raise Told

CALLS = {
    "dynamodb": [("get_item", {"TableName": "t", "Key": {"pk": {"S": "a"}}}), ("query", {"TableName": "t"})],
    "sqs": [("send_message", {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/1/q", "MessageBody": "x"})],
    "kms": [("decrypt", {"CiphertextBlob": b"x", "EncryptionContext": {"a": "b"}})],
    "s3": [("put_object", {"Bucket": "b", "Key": "k", "Body": b"x"}), ("get_object", {"Bucket": "b", "Key": "k"})],
    "sesv2": [("send_email", {"FromEmailAddress": "a@b.example", "Content": {"Raw": {"Data": b"x"}}})],
    "sts": [("get_caller_identity", {})],
}
told = []
for region in ("us-east-1", "eu-central-1", "ap-southeast-5", "cn-north-1", "us-gov-west-1"):
    session = get_session()
    session.set_credentials("a", "b")
    for service, calls in CALLS.items():
        client = session.create_client(service, region_name=region)
        client.meta.events.register("before-send", tell)
        for operation, parameters in calls:
            try:
                getattr(client, operation)(**parameters)
            except Told:
                pass
    client = session.create_client("s3", region_name=region, config=Config(signature_version="s3v4"))
    told.append(client.generate_presigned_post("b", "k")["url"])
    told.append(client.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"}).split("X-Amz-Date")[0])
    client = session.create_client("apigatewaymanagementapi", region_name=region, endpoint_url="https://x.example/api")
    client.meta.events.register("before-send", tell)
    try:
        client.post_to_connection(ConnectionId="c", Data=b"x")
    except Told:
        pass
print(json.dumps(told))
"""


def requests(*folders: Path) -> list[object]:
    isolated = ["-I", "-S"] if folders else ["-I"]
    command = [sys.executable, *isolated, "-c", REQUESTS, *map(str, folders)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": ""})
    assert done.returncode == 0, done.stderr
    found: list[object] = json.loads(done.stdout)
    return found


def test_the_slim_botocore_asks_the_same_of_aws(packaged: Package, tmp_path: Path) -> None:
    with zipfile.ZipFile(packaged.archive) as archive:
        archive.extractall(tmp_path)
    whole = requests()
    assert len(whole) == 5 * 11
    assert requests(tmp_path) == whole
