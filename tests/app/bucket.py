"""An S3 bucket for tests: moto's server, which refuses wrong keys once its users are made."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.config import Config

from app.piece_bucket import Bucket

SERVER = """
import logging, sys
logging.disable()
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""
SETTING_UP = 4
"""Requests before keys are checked: those of `_set_up`."""
REGION = "us-east-1"
NAME = "blobs"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
}


@contextlib.contextmanager
def open_bucket() -> Iterator[Bucket]:
    """A bucket of one's own, and the key to it."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"INITIAL_NO_AUTH_ACTION_COUNT": str(SETTING_UP)},
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            endpoint = f"http://127.0.0.1:{int(process.stdout.readline())}"
            yield _set_up(endpoint)
        finally:
            process.stdin.close()


def open_client(bucket: Bucket, service: str = "s3") -> Any:
    """Somebody else's client, to look behind ours."""
    return boto3.client(
        service,
        endpoint_url=bucket.endpoint,
        region_name=REGION,
        aws_access_key_id=bucket.key_id,
        aws_secret_access_key=bucket.secret,
        config=Config(retries={"total_max_attempts": 1}),
    )


def _set_up(endpoint: str) -> Bucket:
    nobody = Bucket(NAME, REGION, endpoint, "nobody", "nothing")
    users = open_client(nobody, "iam")
    users.create_user(UserName="heliograph")
    key = users.create_access_key(UserName="heliograph")["AccessKey"]
    users.put_user_policy(
        UserName="heliograph", PolicyName="all", PolicyDocument=json.dumps(POLICY)
    )
    open_client(nobody).create_bucket(Bucket=NAME)
    return Bucket(NAME, REGION, endpoint, key["AccessKeyId"], key["SecretAccessKey"])
