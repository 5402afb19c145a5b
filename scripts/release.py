"""Builds the distributions of a release into dist/, and checks that its tag fits them.

scripts/environment scripts.release v0.1.0
"""

from __future__ import annotations

import re
import shutil
import sys
import tomllib
from typing import TYPE_CHECKING

from scripts.environment import VENV
from scripts.steps import Step, StepError
from scripts.supervised_process import ROOT

if TYPE_CHECKING:
    from pathlib import Path

UV = VENV / "bin" / "uv"
TWINE = "twine==7.0.0"


def main(arguments: list[str]) -> None:
    """Check the tag, build, and check what was built; exit with 1 at the first failure."""
    if len(arguments) != 1:
        sys.exit(__doc__)
    try:
        check_tag(arguments[0], ROOT)
        build(ROOT / "dist")
    except StepError as error:
        sys.exit(f"\n{error}")


def check_tag(tag: str, root: Path) -> None:
    """Check that a tag is the version of the package, and that the changelog describes it.

    Raises:
        StepError: what to change before the release.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = project["version"]
    if tag != f"v{version}":
        raise StepError(f"{tag} is not the version of pyproject.toml; tag v{version}.")
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    heading = rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$"
    if not re.search(heading, changelog, re.MULTILINE):
        raise StepError(f"CHANGELOG.md has no section '## [{version}] - YYYY-MM-DD'; add it.")
    definition = (root / "tap-gong-stats.yml").read_text(encoding="utf-8")
    if f"\npip_url: {project['name']}=={version}\n" not in definition:
        raise StepError("tap-gong-stats.yml has another version; run scripts.generate_docs.")


def build(folder: Path) -> None:
    """Build the source distribution, the wheel from it, and check both.

    Raises:
        StepError: if the build or the check fails.
    """
    shutil.rmtree(folder, ignore_errors=True)
    log = VENV / "release.log"
    with Step("Source distribution and wheel") as step:
        step.run([UV, "build", "--out-dir", folder, ROOT], log=log)
    with Step("Check of their metadata") as step:
        files = [*folder.glob("*.tar.gz"), *folder.glob("*.whl")]
        step.run([UV, "tool", "run", TWINE, "check", "--strict", *files], log=log)


if __name__ == "__main__":
    main(sys.argv[1:])
