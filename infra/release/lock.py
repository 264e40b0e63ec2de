"""pip's installation report as a requirements file with hashes: `lock.py REPORT`. Our own wheel is left out."""

import json
import sys
from pathlib import Path
from typing import Any


def locked(report: dict[str, Any]) -> list[str]:
    """A line for each distribution that pip installed: name, version, and the hash of the very file it took.

    Raises:
        ValueError: pip took something without a hash.
    """
    lines = []
    for item in report["install"]:
        name, version = item["metadata"]["name"], item["metadata"]["version"]
        if name == "reasonforge":
            continue
        digest = item["download_info"].get("archive_info", {}).get("hashes", {}).get("sha256")
        if not digest:
            raise ValueError(f"pip gives no hash of {name} {version}")
        lines.append(f"{name}=={version} --hash=sha256:{digest}")
    return sorted(lines, key=str.lower)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("lock.py: usage: lock.py REPORT")
    try:
        sys.stdout.write("\n".join(locked(json.loads(Path(sys.argv[1]).read_text()))) + "\n")
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"lock.py: {sys.argv[1]}: {error}")
