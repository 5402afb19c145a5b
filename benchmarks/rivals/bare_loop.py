"""`daily_activity` without the Singer SDK: the least that the same lines can cost.

Usage: python -m benchmarks.rivals.bare_loop CONFIG
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import requests

from benchmarks.rivals import daily


def main(file: str) -> None:
    """Ask, decode, build rows, encode, write."""
    config = json.loads(Path(file).read_text(encoding="utf-8"))
    session = requests.Session()
    session.auth = (config["access_key"], config["access_key_secret"])
    encode = msgspec.json.Encoder().encode
    write = sys.stdout.buffer.write
    for window in daily.windows(config):
        question = {"filter": window}
        while True:
            answer = session.post(config["api_url"] + daily.PATH, json=question, timeout=300)
            answer.raise_for_status()
            body = msgspec.json.decode(answer.content)
            for user in body["usersDetailedActivities"]:
                for row in daily.rows(user):
                    message = {
                        "type": "RECORD",
                        "stream": daily.NAME,
                        "record": row,
                        "time_extracted": datetime.now(UTC),
                    }
                    write(encode(message) + b"\n")
            cursor = body["records"].get("cursor")
            if not cursor:
                break
            question = {"filter": window, "cursor": cursor}


if __name__ == "__main__":
    main(sys.argv[1])
