"""No service has boto3; here moto brings it, for tests alone.

`securesystemslib` loads it where it is, which is a third of the time in which `keyholder` starts.
So the commands that tests run find this in its place (tests/conftest.py).
"""

raise ImportError("boto3 is not for the commands")
