"""`daily_activity` without the Singer SDK: the minimum cost of the same output.

Usage: python -m benchmarks.baselines.bare_loop CONFIG
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import requests

from benchmarks.baselines import daily_activity


def main(file: str) -> None:
    """Request, decode, map, encode and write."""
    config = json.loads(Path(file).read_text(encoding="utf-8"))
    session = requests.Session()
    session.auth = (config["access_key"], config["access_key_secret"])
    url = config["api_url"] + daily_activity.PATH
    encode = msgspec.json.Encoder().encode
    write = sys.stdout.buffer.write
    for date_filter in daily_activity.date_filters(config):
        body = {"filter": date_filter}
        while True:
            response = session.post(url, json=body, timeout=300)
            response.raise_for_status()
            page = msgspec.json.decode(response.content)
            for item in page["usersDetailedActivities"]:
                for record in daily_activity.records(item):
                    message = {
                        "type": "RECORD",
                        "stream": daily_activity.NAME,
                        "record": record,
                        "time_extracted": datetime.now(UTC),
                    }
                    write(encode(message) + b"\n")
            cursor = page["records"].get("cursor")
            if not cursor:
                break
            body = {"filter": date_filter, "cursor": cursor}


if __name__ == "__main__":
    main(sys.argv[1])
