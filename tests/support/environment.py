"""The environment variables of a test run, read before tests hide the developer's own settings."""

import os

IN_CI = os.environ.get("CI", "").lower() not in ("", "0", "false")
SOAK = int(os.environ.get("FEEDS_SOAK") or 0)
MATERIAL = {name: os.environ.get(name, "") for name in ("FEEDS_CORPUS", "FEEDS_SCHEMAS")}
TEST_DATABASE_URL = os.environ.get("FEEDS_TEST_DATABASE_URL", "")
